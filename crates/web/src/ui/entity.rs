//! Named things and small words: what the display macros of `_macros.html` draw.

use super::{assets, time::ExpiryPill};

/// What sort of thing an entity is; decides its icon and its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntityKind {
    Person,
    Service,
    Agent,
    Group,
    Role,
    App,
    Tag,
    Entitlement,
    Rule,
    /// Somebody asking for something.
    Request,
}

impl EntityKind {
    /// The icon's id in `icons.svg`.
    pub(crate) fn icon(self) -> &'static str {
        self.words().0
    }

    pub(crate) fn label(self) -> &'static str {
        self.words().1
    }

    /// Its icon and its word.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Person => ("person", "person"),
            Self::Service => ("key", "service"),
            Self::Agent => ("key", "agent"),
            Self::Group => ("group", "group"),
            Self::Role => ("role", "role"),
            Self::App => ("app", "app"),
            Self::Tag => ("tag", "tag"),
            Self::Entitlement => ("key", "entitlement"),
            Self::Rule => ("rule", "rule"),
            Self::Request => ("inbox", "request"),
        }
    }
}

/// A named thing that is always shown as a link.
#[derive(Clone)]
pub(crate) struct Entity {
    pub(crate) kind: EntityKind,
    pub(crate) name: String,
    /// Muted text beside the name; may be empty.
    pub(crate) detail: String,
    /// Where it lives; empty draws plain text.
    pub(crate) href: String,
}

impl Entity {
    pub(crate) fn new(kind: EntityKind, name: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            detail: String::new(),
            href: href.into(),
        }
    }

    /// That it is a user and no human being, where it is so.
    pub(crate) fn program(&self) -> Option<Chip> {
        let program = matches!(self.kind, EntityKind::Service | EntityKind::Agent);
        program.then(|| Chip::kind(self.kind))
    }

    /// The same entity with muted text beside its name.
    #[must_use]
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// Text with a destination, for breadcrumbs and menus.
pub(crate) struct Link {
    pub(crate) label: String,
    /// Where it goes; empty draws plain text.
    pub(crate) href: String,
}

impl Link {
    /// A link that says `label` and goes to `href`.
    pub(crate) fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Level {
    #[default]
    Info,
    Good,
    Warn,
    /// Something failed or was refused.
    Bad,
}

impl Level {
    pub(crate) fn class(self) -> &'static str {
        self.words().0
    }

    /// The icon's id in `icons.svg`.
    pub(crate) fn icon(self) -> &'static str {
        self.words().1
    }

    /// Its class and its icon.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Info => ("info", "info"),
            Self::Good => ("good", "check"),
            Self::Warn => ("warn", "alert"),
            Self::Bad => ("bad", "x"),
        }
    }
}

/// A small word set apart from the text.
pub(crate) struct Chip {
    pub(crate) label: String,
    /// The class that draws it: `kind`, `managed`, `unmanaged`, `good`, `warn`, `bad` or empty.
    pub(crate) class: &'static str,
    pub(crate) title: &'static str,
}

impl Chip {
    fn new(label: impl Into<String>, class: &'static str, title: &'static str) -> Self {
        let label = label.into();
        Self {
            label,
            class,
            title,
        }
    }

    /// The chip that names an entity's kind.
    pub(crate) fn kind(kind: EntityKind) -> Self {
        Self::new(kind.label(), "kind", "")
    }

    /// The chip that says who is the authority for a group: Portcullis, or an outside system.
    pub(crate) fn managed(is_managed: bool) -> Self {
        if is_managed {
            let title = "Portcullis decides who is in this group and pushes it outside";
            Self::new("managed", "managed", title)
        } else {
            let title = "The directory decides who is in this group; Portcullis only reads it";
            Self::new("unmanaged", "unmanaged", title)
        }
    }

    /// A chip with its own word and level.
    pub(crate) fn level(label: impl Into<String>, level: Level) -> Self {
        Self::new(label, level.class(), "")
    }

    /// A plain chip.
    pub(crate) fn plain(label: impl Into<String>) -> Self {
        Self::new(label, "", "")
    }
}

/// One step of a path line: an entity, and when the link *into* it ends, if it has one to show.
pub(crate) type PathStep = (Entity, Option<ExpiryPill>);

/// The address of an icon, for `<use href>`.
pub(crate) fn icon(id: &str) -> String {
    format!("{}#{id}", assets::url("icons.svg"))
}

/// Up to two letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '_' | '@'))
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let second = if name.contains(char::is_whitespace) {
        words.next_back()
    } else {
        words.next()
    };
    [first, second]
        .into_iter()
        .flatten()
        .flat_map(char::to_uppercase)
        .take(2)
        .collect()
}

/// The hue class of a key, `h0` to `h7`: the same for the same key, everywhere and always.
pub(crate) fn hue(key: &str) -> &'static str {
    const HUES: [&str; 8] = ["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7"];
    // FNV-1a: std's hasher may change between releases, and with it everybody's colour.
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    HUES[(hash >> 13) as usize % HUES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_take_the_first_and_the_last_word() {
        let table = [
            ("Ana Lima", "AL"),
            ("Maria del Mar Ruiz", "MR"),
            ("cher", "C"),
            ("jo.berg@example.com", "JB"),
            ("émile zola", "ÉZ"),
            ("", ""),
        ];
        for (name, expected) in table {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn a_key_keeps_its_hue() {
        assert_eq!(hue("ana"), hue("ana"));
        let distinct: std::collections::BTreeSet<_> =
            (0..200).map(|n| hue(&format!("user{n}"))).collect();
        assert_eq!(distinct.len(), 8);
    }
}
