//! Events and notices in plain sentences.

use portcullis_model::{
    Actor, Change, EditKind, Expiry, Inclusion, Membership, MembershipKind, Request, State,
};

use super::{
    about::{About, Grant, Outcome},
    kind::EventKind,
    names::Names,
    text::{moment, one, until},
};

/// What an edit did, in a sentence.
pub(super) fn of_edit(edit: &Change, kind: EventKind, names: &Names<'_>, by: Actor) -> String {
    let done = edit.outline().edit;
    let text = match edit {
        Change::User(edit) => edit
            .subject()
            .map(|user| format!("{} was {}", user.name, made(done, "added"))),
        Change::Group(edit) => edit.subject().map(|group| {
            format!(
                "The {} {} was {}",
                group.noun(),
                group.name,
                made(done, "created")
            )
        }),
        Change::App(edit) => edit
            .subject()
            .map(|app| format!("The app {} was {}", app.name, made(done, "created"))),
        Change::Tag(edit) => edit
            .subject()
            .map(|tag| format!("The tag {} was {}", tag.name, made(done, "created"))),
        Change::Membership(edit) => edit.subject().map(|fact| membership(fact, done, names)),
        Change::Inclusion(edit) => edit.subject().map(|fact| inclusion(fact, done, names)),
        Change::Entitlement(edit) => edit.subject().map(|fact| {
            let (group, what) = (names.group(fact.group), fact.grant.label());
            match done {
                EditKind::Created => format!("{group} now confers {what}"),
                EditKind::Changed => format!("What {group} confers was changed: {what}"),
                EditKind::Ended => format!("{group} no longer confers {what}"),
            }
        }),
        Change::Request(edit) => edit.subject().map(|request| of_request(request, names)),
        Change::Resource(edit) => edit.subject().map(|resource| {
            let (of, id) = (&resource.resource_type, &resource.resource_id);
            format!("The resource {of} {id} was {}", made(done, "registered"))
        }),
        Change::Credential(edit) => edit.subject().map(|it| {
            format!(
                "A {} of {} was {}",
                it.label(),
                names.user(it.user),
                made(done, "created")
            )
        }),
        Change::Provider(edit) => edit.subject().map(|it| {
            let done = match done {
                EditKind::Created => "set up",
                EditKind::Changed => "changed",
                EditKind::Ended => "removed",
            };
            format!("The identity provider {} was {done}", it.title)
        }),
        Change::Preferences(edit) => edit
            .subject()
            .map(|it| format!("{} chose what to be told", names.user(it.user()))),
        Change::Identity(edit) => edit.subject().map(|identity| {
            let (user, system) = (names.user(identity.user), identity.connector);
            match done {
                EditKind::Created => format!("{user} is known to {system}"),
                EditKind::Changed => format!("What {system} calls {user} was changed"),
                EditKind::Ended => format!("{user} is no longer known to {system}"),
            }
        }),
    };
    let text = text.unwrap_or_else(|| kind.to_string());
    // Who decided a request stands in the sentence already.
    match (edit, by) {
        (Change::Request(_), _) | (_, Actor::System(portcullis_model::SystemActor::Time)) => {
            format!("{text}.")
        }
        _ => {
            let by = names.actor(by);
            let by = by
                .strip_prefix("The source")
                .map_or_else(|| by.clone(), |name| format!("the source{name}"));
            format!("{text} (by {by}).")
        }
    }
}

const fn made(done: EditKind, created: &str) -> &str {
    match done {
        EditKind::Created => created,
        EditKind::Changed => "changed",
        EditKind::Ended => "removed",
    }
}

fn membership(fact: &Membership, done: EditKind, names: &Names<'_>) -> String {
    let (user, group, one) = (
        names.user(fact.user),
        names.group(fact.group),
        one(fact.kind),
    );
    let until = until(fact.validity.until);
    match done {
        EditKind::Created => format!("{user} is now {one} of {group}{until}"),
        EditKind::Changed => format!("{user} is {one} of {group}{until}"),
        EditKind::Ended => format!("{user} is no longer {one} of {group}"),
    }
}

fn inclusion(fact: &Inclusion, done: EditKind, names: &Names<'_>) -> String {
    let (child, target) = (names.group(fact.child), names.group(fact.target));
    let kind = match fact.kind {
        MembershipKind::Member => "members",
        MembershipKind::Owner => "owners",
    };
    let until = until(fact.validity.until);
    match done {
        EditKind::Created => format!("The members of {child} are now {kind} of {target}{until}"),
        EditKind::Changed => format!("The members of {child} are {kind} of {target}{until}"),
        EditKind::Ended => format!("The members of {child} are no longer {kind} of {target}"),
    }
}

fn of_request(request: &Request, names: &Names<'_>) -> String {
    let (who, what) = (
        names.user(request.requester),
        request.wants.label(names.world()),
    );
    let by = request
        .state
        .resolution()
        .map(|resolution| names.actor(resolution.by));
    let by = by.unwrap_or_default();
    match &request.state {
        State::Pending => format!("{who} asks for {what}{}", until(request.until)),
        State::Approved { granted_until, .. } => format!(
            "{by} approved {who}'s request for {what}{}",
            until(*granted_until)
        ),
        State::Rejected { .. } => format!("{by} rejected {who}'s request for {what}"),
        State::Withdrawn { .. } => format!("{by} withdrew {who}'s request for {what}"),
    }
}

/// What a notice says to the one it is for.
pub(super) fn of_notice(about: &About) -> String {
    let place = |grant: &Grant| format!("{} of {}", one(grant.kind), grant.name);
    match about {
        About::Asked {
            who,
            what,
            until: end,
            ..
        } => format!("{who} asks for {what}{}.", until(*end)),
        About::Decided {
            what, outcome, by, ..
        } => {
            let until = match outcome {
                Outcome::Approved { until: end } => until(*end),
                Outcome::Rejected | Outcome::Withdrawn => String::new(),
            };
            format!("{by} {} your request for {what}{until}.", outcome.verb())
        }
        About::Given {
            grant, until: end, ..
        } => format!("You are now {}{}.", place(grant), until(*end)),
        About::Moved {
            grant, until: end, ..
        } => match end.instant() {
            Some(at) => format!("You are {} until {} now.", place(grant), moment(at)),
            None => format!("You are {} without an end now.", place(grant)),
        },
        About::Lost { grant, by: None } => format!(
            "You are no longer {}: your time there has ended.",
            place(grant)
        ),
        About::Lost {
            grant,
            by: Some(by),
        } => format!("You are no longer {}: {by} ended it.", place(grant)),
        About::TokenEnding {
            token,
            of,
            until: at,
            ..
        } => format!(
            "{} ends on {}. Rotate it before, or what uses it stops.",
            token_of(token, of.as_ref()),
            moment(*at)
        ),
        About::Failing {
            connector,
            since,
            given_up: false,
            ..
        } => format!(
            "What {connector} is to be told of {} has not arrived yet; it is tried on.",
            moment(*since)
        ),
        About::Failing {
            connector, since, ..
        } => format!(
            "What {connector} was to be told of {} was given up; deliver it again, or skip it.",
            moment(*since)
        ),
        About::Test { connector, by } => {
            format!("This is a test, asked for by {by}: {connector} reaches you.")
        }
        About::Ending {
            grant, until: at, ..
        } => format!(
            "Your {} in {} ends on {}.",
            grant.kind.noun(),
            grant.name,
            moment(*at)
        ),
    }
}

fn token_of(token: &str, of: Option<&(String, String)>) -> String {
    match of {
        None => format!("Your token {token}"),
        Some((_, name)) => format!("The token {token} of {name}"),
    }
}

/// The same in few words, for the subject of a message that says nothing else.
pub(super) fn in_short(about: &About) -> String {
    match about {
        About::Asked { who, what, .. } => format!("{who} asks for {what}"),
        About::Decided { what, outcome, .. } => {
            format!("Your request for {what} was {}", outcome.participle())
        }
        About::Given { grant, .. } => format!("You are now {} of {}", one(grant.kind), grant.name),
        About::Moved { grant, .. } => format!(
            "Your {} in {} has another end",
            grant.kind.noun(),
            grant.name
        ),
        About::Lost { grant, .. } => {
            format!("You are no longer {} of {}", one(grant.kind), grant.name)
        }
        About::TokenEnding {
            token, of, until, ..
        } => {
            let day = until.to_jiff().strftime("%-d %b %Y");
            format!("{} ends on {day}", token_of(token, of.as_ref()))
        }
        About::Failing { connector, .. } => format!("{connector} is failing"),
        About::Test { .. } => "A test of Portcullis".to_owned(),
        About::Ending { grant, until, .. } => {
            let day = until.to_jiff().strftime("%-d %b %Y");
            format!("Your {} in {} ends on {day}", grant.kind.noun(), grant.name)
        }
    }
}

/// An end, for sorting: what ends first is told first.
pub(super) const fn end_of(about: &About) -> Option<Expiry> {
    match about {
        About::Ending { until, .. } => Some(Expiry::at(*until)),
        _ => None,
    }
}
