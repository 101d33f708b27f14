//! The kinds of records, in the one list that all who go through them take them from.

use crate::words;

/// All kinds of records, for the macro `$then`, after its other arguments.
#[macro_export]
macro_rules! records {
    ($then:ident!($($args:tt)*)) => {
        $then! {
            ($($args)*)
            /// A person, service or agent.
            User = "user", "users";
            /// A tag.
            Tag = "tag", "tags";
            /// An app.
            App = "app", "apps";
            /// A group or role.
            Group = "group", "groups";
            /// A group in a group.
            Inclusion = "inclusion", "inclusions";
            /// Somebody in a group.
            Membership = "membership", "memberships";
            /// What a group confers.
            Entitlement = "entitlement", "entitlements";
            /// A request.
            Request = "request", "requests";
            /// A registered resource.
            Resource = "resource", "resources";
            /// Who a user is elsewhere.
            Identity = "identity", "identities";
            /// A session, a token or a link that signs in.
            Credential = "credential", "credentials";
            /// An identity provider.
            Provider = "provider", "providers";
            /// What somebody wants to be told.
            Preferences = "preferences", "preferences";
        }
    };
}

macro_rules! declare {
    (() $($(#[$doc:meta])* $Record:ident = $text:literal, $plural:literal;)+) => {
        words! {
            /// What kind of record an edit is of, in the order in which a world takes them.
            pub enum RecordKind { $($(#[$doc])* $Record = $text,)+ }
        }

        impl RecordKind {
            /// Several of it; also the name of their table.
            #[must_use]
            pub const fn plural(self) -> &'static str {
                match self { $(Self::$Record => $plural,)+ }
            }
        }
    };
}
records!(declare!());
