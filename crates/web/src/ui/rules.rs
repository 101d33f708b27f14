//! What a change does to people by rules: which requests get another answer.

use super::{Entity, Sign};

/// What a change does by rules: a part of a preview.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulesDiff {
    /// People judged by other rules than before.
    pub people: usize,
    /// People whose rules change alike, and how.
    pub shifts: Vec<AffectedUsers>,
    /// People at whom nobody looked.
    pub not_compared: usize,
}

/// People whose rules change alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedUsers {
    /// How many.
    pub people: usize,
    /// The first of them.
    pub names: Vec<Entity>,
    /// How many more there are.
    pub names_more: usize,
    /// Requests that get another answer.
    pub lines: Vec<DecisionChange>,
    /// How many more there are.
    pub lines_more: usize,
    /// Whether these are all the ways in which an answer changes.
    pub exhaustive: bool,
}

/// A request that gets another answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionChange {
    /// Gains where it is allowed afterwards, else loses.
    pub sign: Sign,
    /// What would be done.
    pub action: String,
    /// To what.
    pub kind: String,
    /// What the resource is like, and the question.
    pub conditions: Vec<String>,
    /// What the people are like.
    pub of_people: Vec<String>,
    /// For whom it was seen, where not for all.
    pub for_whom: String,
}

impl AffectedUsers {
    /// Whether it is proved that every answer stays as it is.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.exhaustive && self.lines.is_empty()
    }
}

impl DecisionChange {
    /// What people may from now on, or no longer.
    #[must_use]
    pub fn may(&self) -> &'static str {
        if self.sign == Sign::Gains {
            "may now"
        } else {
            "may no longer"
        }
    }

    /// What the answer was.
    #[must_use]
    pub fn was(&self) -> &'static str {
        if self.sign == Sign::Gains {
            "was denied"
        } else {
            "was allowed"
        }
    }
}
