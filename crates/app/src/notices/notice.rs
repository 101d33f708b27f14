//! Which people a commit concerns, and what each should know.

use portcullis_model::{
    Actor, ChangeSet, Context, Edit, Id, Membership, Preferences, Request, State, SystemActor,
    User, UserKind, World,
};
use serde::{Deserialize, Serialize};

use super::{
    about::{About, Grant, Outcome},
    names::Names,
};

/// Something one person should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Who.
    pub to: Recipient,
    /// What.
    #[serde(flatten)]
    pub about: About,
}

/// Whom a notice is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipient {
    /// Who.
    pub user: Id<User>,
    /// As people call them.
    pub name: String,
    /// Where they can be written to.
    pub email: Option<String>,
}

impl Notice {
    /// A notice for somebody; none for programs, which read nothing, nor for who does not want it.
    #[must_use]
    pub fn new(world: &World, to: &User, about: About) -> Option<Self> {
        let wants = |it: &Preferences| about.kind().is_none_or(|kind| !it.off.contains(&kind));
        let told = to.kind == UserKind::Person && world.preferences(to.id).is_none_or(wants);
        let to = told.then(|| Recipient {
            user: to.id,
            name: to.name.to_string(),
            email: to.email.as_ref().map(ToString::to_string),
        })?;
        Some(Self { to, about })
    }
}

/// What people should know of a change. Nobody is told what they did themselves, and nobody what a source says: who
/// they are elsewhere they know from there.
#[must_use]
pub fn notices(change: &ChangeSet, after: &World, context: &Context) -> Vec<Notice> {
    let names = Names::new(change, after);
    let of_requests = change
        .edits::<Request>()
        .flat_map(|edit| of_request(edit, &names, context));
    let of_facts = change
        .edits::<Membership>()
        .filter_map(|edit| of_fact(edit, &names, context));
    of_requests.chain(of_facts).collect()
}

fn of_request(edit: &Edit<Request>, names: &Names<'_>, context: &Context) -> Vec<Notice> {
    let Some(request) = edit.after.as_deref() else {
        return Vec::new();
    };
    let what = request.wants.label(names.world());
    let told = |outcome, by: Actor, reason: &portcullis_model::Reason| {
        let about = About::Decided {
            request: request.id,
            what: what.clone(),
            outcome,
            by: names.actor(by),
            reason: reason.to_string(),
        };
        let requester = names.world().user(request.requester);
        let others = |user: &&User| by.user() != Some(user.id);
        requester
            .filter(others)
            .and_then(|user| Notice::new(names.world(), user, about))
            .into_iter()
            .collect()
    };
    match &request.state {
        State::Pending => asked(request, what, names, context),
        State::Approved {
            resolution,
            granted_until,
            ..
        } => {
            let until = *granted_until;
            told(
                Outcome::Approved { until },
                resolution.by,
                &resolution.reason,
            )
        }
        State::Rejected { resolution } => {
            told(Outcome::Rejected, resolution.by, &resolution.reason)
        }
        State::Withdrawn { resolution } => {
            told(Outcome::Withdrawn, resolution.by, &resolution.reason)
        }
    }
}

/// To all who may decide, and never to who asks.
fn asked(request: &Request, what: String, names: &Names<'_>, context: &Context) -> Vec<Notice> {
    let deciders = request
        .wants
        .deciders(names.world(), Some(request.requester), context.now);
    let about = About::Asked {
        request: request.id,
        who: names.user(request.requester).to_owned(),
        what,
        until: request.until,
        reason: request.reason.to_string(),
    };
    let others = deciders
        .into_iter()
        .filter(|user| context.actor.user() != Some(user.id));
    others
        .filter_map(|user| Notice::new(names.world(), user, about.clone()))
        .collect()
}

fn of_fact(edit: &Edit<Membership>, names: &Names<'_>, context: &Context) -> Option<Notice> {
    let by = context.actor;
    let fact = edit.subject()?;
    let user = names.world().user(fact.user)?;
    // What answers a request is told with it.
    let answers = edit.after.as_deref().is_some_and(|after| {
        after.request.is_some()
            && edit
                .before
                .as_deref()
                .is_none_or(|before| before.request != after.request)
    });
    if by.mirrors() || by.user() == Some(user.id) || answers {
        return None;
    }
    let grant = Grant {
        group: fact.group,
        name: names.group(fact.group).to_owned(),
        kind: fact.kind,
    };
    let (until, reason) = (fact.validity.until, fact.reason.to_string());
    let about = match (edit.before.as_deref(), edit.after.as_deref()) {
        (None, Some(_)) => About::Given {
            grant,
            until,
            by: names.actor(by),
            reason,
        },
        (Some(before), Some(_)) if before.validity.until == until => return None,
        (Some(_), Some(_)) => About::Moved {
            grant,
            until,
            by: names.actor(by),
            reason,
        },
        (Some(_), None) => About::Lost {
            grant,
            by: (by != Actor::System(SystemActor::Time)).then(|| names.actor(by)),
        },
        (None, None) => return None,
    };
    Notice::new(names.world(), user, about)
}
