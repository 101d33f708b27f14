//! The account as it is.

use std::collections::HashMap;

use portcullis_app::deliver::writes_to;
use portcullis_model::{Action, Credential, Id, NoticeKind, Purpose, User, UserKind, may};
use portcullis_store::CredentialUse;

use super::whose::whose;
use crate::{auth::Proof, pages::prelude::*};

#[derive(Template)]
#[template(path = "account/show.html")]
struct Account<'p> {
    page: &'p Page,
    /// Whose it is, where it is not the viewer's own.
    other: Option<ui::Entity>,
    sessions: Vec<Line>,
    /// How many sessions are not shown.
    more_sessions: usize,
    tokens: Vec<Line>,
    /// Where the other tokens are, and what leads there.
    more_tokens: Option<(String, &'static str)>,
    accounts: Vec<Linked>,
    /// Providers by which they may come to sign in: name and title.
    open: Vec<(String, String)>,
    can_unlink: bool,
    /// Whether the viewer may let them in, who are somebody else.
    may_invite: bool,
    /// What the viewer is told, in a sentence.
    told: &'static str,
    login: String,
}

/// As many sessions are shown, the latest.
const MOST_SESSIONS: usize = 25;
/// As many tokens are shown on one page.
const MOST_TOKENS: usize = 60;

/// A session or token.
struct Line {
    id: String,
    what: String,
    note: String,
    made: ui::When,
    ends: ui::ExpiryPill,
    used: Option<ui::When>,
    from: String,
    /// Whether this very page was asked for with it.
    current: bool,
    /// Whether another of its name goes on for longer.
    replaced: bool,
}

struct Linked {
    id: String,
    provider: String,
    account: String,
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let user = whose(&page)?;
    let target = Target::User(user.id);
    may(
        &page.viewer.world,
        &page.viewer.context,
        Action::EndCredential,
        target,
    )?;
    let world = &page.viewer.world;
    let now = page.viewer.context.now;
    let live = world
        .credentials_of(user.id)
        .filter(|c| c.validity.contains(now));
    let live: Vec<&Credential> = live.collect();
    let ids: Vec<_> = live.iter().map(|c| c.id).collect();
    let uses = web.uses_of(&ids).await?;
    let of_kind = |session: bool| {
        live.iter().filter(move |c| match c.purpose {
            Purpose::Session(_) => session,
            Purpose::Token { .. } => !session,
            Purpose::Link | Purpose::Invitation => false,
        })
    };
    let mut sessions: Vec<_> = of_kind(true).map(|c| line(&page, c, &uses)).collect();
    sessions.reverse();
    sessions.sort_by_key(|it| !it.current);
    let more_sessions = sessions.len().saturating_sub(MOST_SESSIONS);
    sessions.truncate(MOST_SESSIONS);
    let tokens = of_kind(false).map(|c| Line {
        replaced: live.iter().any(|other| replaces(other, c)),
        ..line(&page, c, &uses)
    });
    let mut tokens: Vec<_> = tokens.collect();
    let rest = tokens.split_off(tokens.len().min(MOST_TOKENS));
    let more_tokens = match (rest.is_empty(), page.query("tokens").as_str()) {
        (true, _) => None,
        (false, "rest") => {
            tokens = rest;
            Some((page.with_query(&[("tokens", "")]), "The first tokens"))
        }
        (false, _) => Some((page.with_query(&[("tokens", "rest")]), "More tokens")),
    };
    let accounts = world.identities_of(user.id).map(|identity| Linked {
        id: identity.id.to_string(),
        provider: identity.connector.to_string(),
        account: identity.external_id.to_string(),
    });
    let is_own = user.id == page.viewer.id;
    render(&Account {
        other: (!is_own).then(|| convert::user(user)),
        sessions,
        more_sessions,
        tokens,
        more_tokens,
        accounts: accounts.collect(),
        open: open(&web, &page, user.id),
        can_unlink: page.is_admin(),
        may_invite: page.is_admin() && !is_own && user.kind == UserKind::Person,
        told: match world.preferences(user.id).map(|it| it.off.len()) {
            _ if !writes_to(web.app().sinks(), world, user, now) => {
                "Nothing here writes to you: no e-mail or chat is set up, or it has no address of yours. These pages show all of it."
            }
            None => "You are told everything that concerns you.",
            Some(off) if off == NoticeKind::ALL.len() => "You are told nothing.",
            Some(_) => "You are told some of what concerns you.",
        },
        login: if is_own {
            String::new()
        } else {
            user.login.to_string()
        },
        page: &page,
    })
}

fn line(page: &Page, c: &Credential, uses: &HashMap<Id<Credential>, CredentialUse>) -> Line {
    let (what, note) = match &c.purpose {
        Purpose::Token { name, scopes } => {
            let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            (name.to_string(), scopes.join(", "))
        }
        Purpose::Session(session) => {
            let by = session.provider.map(|provider| format!("by {provider}"));
            let agent = uses.get(&c.id).map(|it| ui::browser(&it.agent));
            (
                agent.unwrap_or_else(|| "a browser".into()),
                by.unwrap_or_else(|| "by a link".into()),
            )
        }
        Purpose::Link | Purpose::Invitation => (c.label(), String::new()),
    };
    let used = uses.get(&c.id);
    Line {
        id: c.id.to_string(),
        what,
        note,
        made: page.when(&c.validity.from),
        ends: page.ends(&c.validity.until),
        used: used.map(|it| page.when(&it.at)),
        from: used.map_or_else(String::new, |it| it.address.clone()),
        current: page.viewer.proof == Proof::Session(c.id),
        replaced: false,
    }
}

/// The providers whoever looks may link themselves to.
fn open(web: &Web, page: &Page, user: Id<User>) -> Vec<(String, String)> {
    let world = &page.viewer.world;
    let known: Vec<_> = world.identities_of(user).map(|it| it.connector).collect();
    let is_own = user == page.viewer.id && page.viewer.proof.session().is_some();
    let all = web.providers();
    let open = all
        .iter()
        .filter(|it| is_own && !known.contains(&it.oidc.name()));
    open.map(|it| (it.oidc.name().to_string(), it.title.clone()))
        .collect()
}

/// Whether a token goes on where another of its name ends.
fn replaces(one: &Credential, other: &Credential) -> bool {
    let name = |of: &Credential| match &of.purpose {
        Purpose::Token { name, .. } => Some(name.clone()),
        Purpose::Session(_) | Purpose::Link | Purpose::Invitation => None,
    };
    name(one).is_some() && name(one) == name(other) && one.validity.from > other.validity.from
}
