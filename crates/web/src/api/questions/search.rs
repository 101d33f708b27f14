//! One search over everything that has a name.

use portcullis_model::world::{Found, FoundKind};

use crate::api::{Answer, Read, list::Limit, query, row, wire::Rows};

query! {
    /// What is looked for.
    pub(crate) struct Search {
        /// Text in a name; for people also in the login and e-mail address.
        q: Needed<String>,
        /// How many of each kind at most; 50 if not given.
        limit: Option<Limit>,
    }
}

row! {
    /// Something that was found.
    pub(crate) struct FoundRow<'w> of(found: Found<'w>) {
        /// `user`, `group`, `role`, `app` or `tag`.
        #[schema(value_type = String)]
        kind: FoundKind = found.kind,
        /// Its id; for people their login.
        key: String = found.key,
        /// Its name.
        label: &'w str = found.label,
        /// A word more about it.
        detail: &'w str = found.detail,
    }
}

/// Search people, groups, roles, apps and tags
///
/// The best matches of each kind, best first.
#[utoipa::path(get, path = "/search", tag = "questions", params(Search), responses((status = 200, body = Rows<FoundRow>)))]
pub(crate) async fn search(read: Read<Search>) -> Answer {
    let most = read.query.limit.map_or(50, Limit::get);
    let found = read.world.search(&read.query.q, most).into_iter();
    let items = found.map(FoundRow::of).collect();
    read.answer(&Rows { items })
}
