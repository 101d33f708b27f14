//! What a proof may be used for: everything its user may do, or what a token's scopes say.

use std::collections::BTreeSet;

use axum::http::Method;
use portcullis_model::Scope;

/// What somebody may do with what they proved who they are by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

const fn bit(scope: Scope) -> u8 {
    match scope {
        Scope::Read => 1,
        Scope::Request => 2,
        Scope::Decide => 4,
        Scope::Administer => 8,
        Scope::Decisions => 16,
    }
}

impl Scopes {
    /// Whatever the user may do.
    pub(super) const ALL: Self = Self(u8::MAX);

    /// What these scopes let.
    pub(super) fn of(scopes: &BTreeSet<Scope>) -> Self {
        Self(scopes.iter().fold(0, |bits, scope| bits | bit(*scope)))
    }

    /// Whether that is let.
    pub(super) const fn has(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }
}

/// What a request to the portal or its API needs. What is not listed changes something else.
pub(super) fn needed(method: &Method, path: &str) -> Scope {
    if method.is_safe() {
        return Scope::Read;
    }
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let mut parts = path.trim_start_matches('/').split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("requests"), None | Some("new"), None, None)
        | (Some("requests"), Some(_), Some("withdraw"), None) => Scope::Request,
        (Some("requests"), Some("decide"), None, None)
        | (Some("requests"), Some(_), Some("approve" | "reject" | "preview"), None) => {
            Scope::Decide
        }
        // These only look: they change nothing.
        (Some("rules"), Some("lint" | "diff"), None, None) => Scope::Read,
        _ => Scope::Administer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_needs_the_widest_scope() {
        let table = [
            (Method::GET, "/api/v1/users", Scope::Read),
            (Method::HEAD, "/groups/g", Scope::Read),
            (Method::POST, "/api/v1/requests", Scope::Request),
            (Method::POST, "/requests/7/withdraw", Scope::Request),
            (Method::POST, "/api/v1/requests/7/approve", Scope::Decide),
            (Method::POST, "/requests/7/reject", Scope::Decide),
            (Method::POST, "/requests/decide", Scope::Decide),
            (
                Method::POST,
                "/api/v1/requests/7/approve/all",
                Scope::Administer,
            ),
            (Method::POST, "/api/v1/rules/lint", Scope::Read),
            (Method::POST, "/api/v1/groups/g/members", Scope::Administer),
            (Method::DELETE, "/api/v1/requests/7", Scope::Administer),
            (Method::POST, "/api/v1/me/tokens", Scope::Administer),
            (Method::PUT, "//api/v1/requests", Scope::Administer),
        ];
        for (method, path, scope) in table {
            assert_eq!(needed(&method, path), scope, "{method} {path}");
        }
    }

    #[test]
    fn a_token_has_its_scopes_only_and_a_person_all() {
        let read = Scopes::of(&[Scope::Read].into());
        for scope in Scope::ALL {
            assert_eq!(read.has(scope), scope == Scope::Read);
            assert!(Scopes::ALL.has(scope));
        }
    }
}
