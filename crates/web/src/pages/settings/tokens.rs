//! Every token there is.

use portcullis_model::Purpose;

use super::common::tabs;
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
const MOST: usize = 100;

pub(super) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let all: Vec<_> = world.tokens(now).take(MOST).collect();
    let more = match all.len() {
        MOST => world.token_count() - MOST,
        _ => 0,
    };
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
