//! The account as it is.

use std::collections::HashMap;

use portcullis_model::{Action, Credential, Id, Purpose, Scope, may};
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
    tokens: Vec<Line>,
    accounts: Vec<Linked>,
    scopes: Vec<(&'static str, &'static str)>,
    can_unlink: bool,
    login: String,
}

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
    web.authenticator().uses().write(web.app().store()).await?;
    let uses = web.app().store().uses_of(&ids).await?;
    let uses: HashMap<_, _> = uses.into_iter().map(|it| (it.credential, it)).collect();
    let lines = |session: bool| {
        let of_kind = live.iter().filter(move |c| match c.purpose {
            Purpose::Session(_) => session,
            Purpose::Token { .. } => !session,
            Purpose::Link => false,
        });
        of_kind.map(|c| line(&page, c, &uses)).collect()
    };
    let accounts = world.identities_of(user.id).map(|identity| Linked {
        id: identity.id.to_string(),
        provider: identity.connector.to_string(),
        account: identity.external_id.to_string(),
    });
    let is_own = user.id == page.viewer.id;
    render(&Account {
        other: (!is_own).then(|| convert::user(user)),
        sessions: lines(true),
        tokens: lines(false),
        accounts: accounts.collect(),
        scopes: Scope::ALL
            .iter()
            .map(|scope| (scope.as_str(), told(*scope)))
            .collect(),
        can_unlink: page.is_admin(),
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
        Purpose::Link => (c.label(), String::new()),
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
    }
}

/// What a scope lets, in words.
const fn told(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read what you may read",
        Scope::Request => "ask for access, and withdraw that",
        Scope::Decide => "approve and reject requests",
        Scope::Administer => "change everything else that you may change",
        Scope::Decisions => "ask the decision point",
    }
}
