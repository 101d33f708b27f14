//! Text that has been looked at: newtypes parsed at the edge and never validated again.

use std::{borrow::Borrow, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::letters;

pub use crate::letters::{is_hidden, key};

/// Why a text cannot be what it was meant to be; a sentence for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseTextError(pub String);

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $check:expr, $new:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads the text, trimmed; says in a sentence what is wrong with it otherwise.
            ///
            /// # Errors
            /// [`ParseTextError`] with the sentence to show.
            pub fn parse(text: &str) -> Result<Self, ParseTextError> {
                let check: fn(&str) -> Result<(), String> = $new;
                let read = Self::stored(text)?;
                check(&read).map_err(ParseTextError)?;
                Ok(read)
            }

            /// Reads what is on record, also what an earlier version took and `parse` takes no more.
            fn stored(text: &str) -> Result<Self, ParseTextError> {
                let check: fn(&str) -> Result<(), String> = $check;
                let text = text.trim();
                check(text).map_err(ParseTextError)?;
                Ok(Self(if text.is_empty() { empty() } else { text.into() }))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The form under which it is compared: without regard to case, in NFC.
            #[must_use]
            pub fn key(&self) -> String {
                key(&self.0)
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                Self::stored(&text).map_err(D::Error::custom)
            }
        }
    };
}

text!(
    /// The name of a group, role, app or tag: 1 to 255 characters on one line.
    Name,
    |text| line("name", text, 255),
    |text| plain("name", text)
);
text!(
    /// What a person signs in as and is addressed by: 1 to 100 characters without spaces.
    Login,
    |text| {
        line("login", text, 100)?;
        if text.contains(char::is_whitespace) || text.contains('/') || text.starts_with('@') {
            return Err(format!(
                "`{text}` cannot be a login; use letters, digits, dots and hyphens, without spaces or slashes"
            ));
        }
        Ok(())
    },
    |text| {
        plain("login", text)?;
        let kinds = ["user:", "system:", "connector:", "group:", "app:", "tag:"];
        if kinds.iter().any(|kind| key(text).starts_with(kind)) {
            return Err(format!(
                "`{text}` reads as a kind and a name, as filters are written; leave out the colon"
            ));
        }
        if let Some(odd) = text.chars().find(|c| !letters::in_identifier(*c)) {
            return Err(format!(
                "the login contains `{odd}` (U+{:04X}); use letters and digits in their ordinary form",
                odd as u32
            ));
        }
        Ok(())
    }
);
text!(
    /// An e-mail address: something, an `@`, something; at most 254 characters.
    Email,
    |text| {
        line("e-mail address", text, 254)?;
        match text.split_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && !text.contains(char::is_whitespace) =>
            {
                Ok(())
            }
            _ => Err(not_an_address(text)),
        }
    },
    |text| {
        plain("e-mail address", text)?;
        let (local, domain) = text.split_once('@').unwrap_or_default();
        let filled = |part: &str| part.split('.').all(|label| !label.is_empty());
        let edge = |label: &str| label.starts_with('-') || label.ends_with('-');
        if filled(local) && filled(domain) && !domain.split('.').any(edge) {
            return Ok(());
        }
        Err(not_an_address(text))
    }
);
text!(
    /// A few sentences about a thing; may be empty, at most 1024 characters.
    Description,
    |text| several("description", text, 1024),
    |_| Ok(())
);
text!(
    /// Why something was done; may be empty, at most 1024 characters.
    Reason,
    |text| several("reason", text, 1024),
    |_| Ok(())
);
text!(
    /// The name of a permission, such as `repo:acme/site:write`: 1 to 255 characters without spaces.
    PermissionName,
    |text| {
        line("permission", text, 255)?;
        if text.contains(char::is_whitespace) {
            return Err(format!(
                "`{text}` cannot be a permission; leave out the spaces, as in `invoices:approve`"
            ));
        }
        Ok(())
    },
    |text| plain("permission", text)
);
text!(
    /// The name of an environment, such as `production`: 1 to 100 characters without spaces.
    Environment,
    |text| {
        line("environment", text, 100)?;
        if text.contains(char::is_whitespace) {
            return Err(format!("`{text}` cannot be an environment; leave out the spaces"));
        }
        Ok(())
    },
    |text| plain("environment", text)
);

impl Default for Description {
    fn default() -> Self {
        Self(empty())
    }
}
impl Default for Reason {
    fn default() -> Self {
        Self(empty())
    }
}

/// Most facts come without a word about why: they share one empty text.
fn empty() -> Arc<str> {
    static EMPTY: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| Arc::from(""));
    Arc::clone(&EMPTY)
}

/// What nothing new is called: what cannot be seen, an id (it would be taken for another's), and the
/// dots that mean a folder in an address.
fn plain(what: &str, text: &str) -> Result<(), String> {
    if let Some(bad) = text.chars().find(|c| is_hidden(*c)) {
        return Err(hidden(what, bad));
    }
    if uuid::Uuid::try_parse(text).is_ok() {
        return Err(format!(
            "`{text}` has the form of an id and cannot be a {what}; choose another"
        ));
    }
    if text == "." || text == ".." {
        return Err(format!(
            "`{text}` cannot be a {what}; use letters or digits"
        ));
    }
    Ok(())
}

fn not_an_address(text: &str) -> String {
    format!("`{text}` is not an e-mail address; write it as name@example.com")
}

fn hidden(what: &str, bad: char) -> String {
    format!(
        "the {what} contains the character U+{:04X}, which cannot be seen; remove it",
        bad as u32
    )
}

fn line(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.is_empty() {
        return Err(format!("the {what} is empty; give one"));
    }
    several(what, text, most)?;
    if text.contains(['\n', '\r']) {
        return Err(format!("the {what} has a line break; keep it to one line"));
    }
    Ok(())
}

fn several(what: &str, text: &str, most: usize) -> Result<(), String> {
    let count = text.chars().count();
    if count > most {
        return Err(format!(
            "the {what} has {count} characters; {most} are the most"
        ));
    }
    if let Some(bad) = text
        .chars()
        .find(|c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_invisible(*c))
    {
        return Err(hidden(what, bad));
    }
    Ok(())
}

/// Characters that make two different names look the same, or turn or break a line: soft and
/// zero-width ones, marks of direction, fillers that are letters without a shape, tags.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_in_no_name() {
        for hidden in [
            '\u{AD}',
            '\u{61C}',
            '\u{1160}',
            '\u{200B}',
            '\u{2028}',
            '\u{202E}',
            '\u{2066}',
            '\u{3164}',
            '\u{FEFF}',
            '\u{E0041}',
        ] {
            let bad = Name::parse(&format!("pay{hidden}roll"));
            assert!(bad.is_err(), "U+{:04X}", hidden as u32);
        }
        for seen in [
            "Zoë Ångström",
            "経理部",
            "فريق الرواتب",
            "e\u{301}quipe",
            "❤ team",
        ] {
            assert!(Name::parse(seen).is_ok(), "{seen}");
        }
    }

    #[test]
    fn ignorable_unassigned_and_private_characters_are_in_no_name() {
        for hidden in [
            '\u{FE0F}',
            '\u{FE00}',
            '\u{E0100}',
            '\u{1D173}',
            '\u{FFF9}',
            '\u{200B}',
            '\u{2066}',
            '\u{378}',
            '\u{E000}',
            '\u{10FFFF}',
            '\u{17B4}',
            '\u{7F}',
            '\u{85}',
        ] {
            let text = format!("pay{hidden}roll");
            let at = hidden as u32;
            assert!(Name::parse(&text).is_err(), "U+{at:04X}");
            assert!(Login::parse(&text).is_err(), "U+{at:04X}");
            assert!(PermissionName::parse(&text).is_err(), "U+{at:04X}");
            let email = format!("{text}@example.com");
            assert!(Email::parse(&email).is_err(), "U+{at:04X}");
        }
    }

    #[test]
    fn what_an_earlier_version_took_is_still_read() {
        for stored in [
            "❤\u{FE0F} team",
            "..",
            "0190163d-8694-739b-aea5-966c26f8ad91",
        ] {
            let read: Name = serde_json::from_value(stored.into()).unwrap();
            assert_eq!(&*read, stored);
            assert!(Name::parse(&read).is_err(), "{stored}");
        }
        let read = serde_json::from_value::<Email>("a@b..c".into());
        assert!(read.is_ok());
    }

    #[test]
    fn logins_and_addresses_have_their_form() {
        for (login, taken) in [
            ("ana", true),
            ("ana@corp.example", true),
            ("zo\u{eb}", true),
            ("zoe\u{308}", true),
            ("\u{434}\u{43C}\u{438}\u{442}\u{440}\u{438}\u{439}", true),
            ("...", true),
            ("a:b", true),
            ("system:time", false),
            ("User:ana", false),
            (".", false),
            ("..", false),
            ("0190163d-8694-739b-aea5-966c26f8ad91", false),
            ("0190163D8694739BAEA5966C26F8AD91", false),
            ("{0190163d-8694-739b-aea5-966c26f8ad91}", false),
            ("urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91", false),
            ("\u{FF41}na", false),
            ("\u{1D41A}na", false),
            ("ana\u{2764}", false),
        ] {
            assert_eq!(Login::parse(login).is_ok(), taken, "{login}");
        }
        for (email, taken) in [
            ("a@b.c", true),
            ("a.b+c@localhost", true),
            ("a@b..c", false),
            ("a..b@c", false),
            (".a@c", false),
            ("a.@c", false),
            ("a@.c", false),
            ("a@c.", false),
            ("a@-c.d", false),
        ] {
            assert_eq!(Email::parse(email).is_ok(), taken, "{email}");
        }
    }
}
