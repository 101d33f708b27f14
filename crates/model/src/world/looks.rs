//! Names by what they look like.

use std::sync::Arc;

use imbl::OrdMap;

/// A space of names. People's logins and e-mail addresses are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NameSpace {
    /// Logins and e-mail addresses.
    Person,
    /// Groups, roles and app groups.
    Group,
    /// Apps.
    App,
    /// Tags.
    Tag,
    /// Permissions, by key.
    Permission,
}

/// Names that are not in ASCII, by what they look like; with what their index has them under.
pub(crate) type Looks = OrdMap<(NameSpace, Arc<str>), OrdMap<Arc<str>, ()>>;
