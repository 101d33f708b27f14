//! The wings of `crates/web` are built beside each other: none uses another, and what lies below uses none.
//!
//! A name that both a page and the API want goes below, to `http`, `words`, `ui` or `auth`.

use super::modules::{Use, crates};
use super::{Problems, Tree};

const FOLDER: &str = "crates/web/src/";

/// What answers to one kind of caller.
const WINGS: &[&str] = &["pages", "api", "authzen", "scim", "data", "registry", "mcp"];

/// What puts the wings together.
const ABOVE: &[&str] = &["lib", "server"];

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    let uses: Vec<Use<'_>> = crates(tree).flat_map(|of| of.uses()).collect();
    for one in &uses {
        let (Some(from), Some(to)) = (top(&one.from.path), top(&one.to.path)) else {
            continue;
        };
        if ABOVE.contains(&from) || from == to || !WINGS.contains(&to) {
            continue;
        }
        let where_to = if WINGS.contains(&from) {
            "wings do not use one another; what both want goes below"
        } else {
            "it lies below and uses no wing"
        };
        problems.error(
            format_args!("{}:{}", one.from.path, one.line),
            format_args!("`{from}` uses `{}` of `{to}`: {where_to}", one.path),
        );
    }
}

/// `pages` for `crates/web/src/pages/frame.rs`.
fn top(path: &str) -> Option<&str> {
    let first = path.strip_prefix(FOLDER)?.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![(
            "crates/web/src/lib.rs",
            "mod api; mod pages; mod server; mod ui; pub use api::routes;",
        )];
        all.extend(files);
        errors(check, &all)
    }

    const API: (&str, &str) = ("crates/web/src/api/mod.rs", "pub fn routes() {}");
    const UI: (&str, &str) = ("crates/web/src/ui/mod.rs", "pub fn chip() {}");

    #[test]
    fn a_wing_uses_what_lies_below_and_the_router_uses_all() {
        let pages = (
            "crates/web/src/pages/mod.rs",
            "use crate::ui::chip; fn a() { chip() }",
        );
        let server = (
            "crates/web/src/server.rs",
            "fn all() { crate::api::routes() }",
        );
        assert_eq!(told(&[API, UI, pages, server]), Vec::<String>::new());
    }

    #[test]
    fn a_wing_that_uses_another_is_told_however_it_is_named() {
        for text in [
            "use crate::api::routes;",
            "pub use crate::api::{routes as all};",
            "use crate::routes;",
            "use crate::api; fn f() { api::routes() }",
            "fn f() {\n    super::api::routes() }",
            "pub use crate::api::*;",
        ] {
            let told = told(&[API, ("crates/web/src/pages/mod.rs", text)]);
            assert_eq!(told.len(), 1, "{text}: {told:#?}");
        }
    }

    #[test]
    fn what_lies_below_uses_no_wing() {
        let ui = ("crates/web/src/ui/mod.rs", "mod map;");
        let map = (
            "crates/web/src/ui/map.rs",
            "fn f() {\n    crate::api::routes()\n}",
        );
        assert_eq!(
            told(&[API, ui, map]),
            [
                "crates/web/src/ui/map.rs:2: `ui` uses `crate::api::routes` of `api`: it lies below and uses no wing"
            ]
        );
    }
}
