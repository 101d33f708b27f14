//! Every token there is.

use std::cmp::Reverse;

use portcullis_model::{Credential, Purpose};

use super::common::{admins_only, tabs};
use crate::pages::prelude::*;

#[derive(Template)]
#[template(path = "settings/tokens.html")]
struct Tokens<'p> {
    page: &'p Page,
    rows: Vec<Row>,
    /// How many there are beyond.
    more: usize,
}

struct Row {
    id: String,
    user: ui::Entity,
    name: String,
    scopes: String,
    made: ui::When,
    used: Option<ui::When>,
    ends: ui::ExpiryPill,
}

/// As many are shown; those that end first.
const MOST: usize = 200;

pub(super) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    admins_only(&page)?;
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let is_token =
        |it: &&Credential| matches!(it.purpose, Purpose::Token { .. }) && it.validity.contains(now);
    let mut all: Vec<_> = world.credentials().filter(is_token).collect();
    all.sort_by_key(|it| (it.validity.until, Reverse(it.validity.from), it.id));
    let more = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let ids: Vec<_> = all.iter().map(|it| it.id).collect();
    let uses = web.uses_of(&ids).await?;
    let rows = all.into_iter().filter_map(|it| {
        let Purpose::Token { name, scopes } = &it.purpose else {
            return None;
        };
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        Some(Row {
            id: it.id.to_string(),
            user: convert::user(world.user(it.user)?),
            name: name.to_string(),
            scopes: scopes.join(", "),
            made: page.when(&it.validity.from),
            used: uses.get(&it.id).map(|used| page.when(&used.at)),
            ends: page.ends(&it.validity.until),
        })
    });
    let rows = rows.collect();
    render(&Tokens {
        page: &page,
        rows,
        more,
    })
}
