//! What may be shown of a resource.

use std::collections::BTreeSet;

/// Which attribute values an explanation may show.
///
/// Literals of the rules are always shown, and so is whether a condition holds: the rules are not secret
/// from whoever may ask for an explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    /// All of them.
    #[default]
    ShowAll,
    /// None of them.
    HideAll,
    /// All but those of these attributes.
    Hide(BTreeSet<String>),
    /// Only those of these attributes.
    ShowOnly(BTreeSet<String>),
}

impl Redaction {
    /// Whether the value of this attribute may be shown.
    #[must_use]
    pub fn shows(&self, attribute: &str) -> bool {
        match self {
            Self::ShowAll => true,
            Self::HideAll => false,
            Self::Hide(names) => !names.contains(attribute),
            Self::ShowOnly(names) => names.contains(attribute),
        }
    }
}
