//! What an operator may set of how the portal asks: names, lengths, and how long requests wait.

use std::fmt;

use portcullis_rules::{Pattern, PatternError, PatternLimits};

/// What the names of new groups, roles, apps and tags are like, beside what holds for every name.
#[derive(Clone)]
pub struct NameForm {
    written: String,
    pattern: Pattern,
    /// What somebody is told whose name is not like that.
    error: String,
}

impl NameForm {
    /// Names that match `pattern` from their first letter to their last; `error` tells what they are like.
    ///
    /// # Errors
    /// The pattern is none.
    pub fn new(pattern: &str, error: impl Into<String>) -> Result<Self, PatternError> {
        // By itself: what closes a bracket of ours would be another pattern.
        Pattern::new(pattern, false, &PatternLimits::default())?;
        let whole = format!("^(?:{pattern})$");
        Ok(Self {
            written: pattern.to_owned(),
            pattern: Pattern::new(&whole, false, &PatternLimits::default())?,
            error: error.into(),
        })
    }

    /// Whether something may be called so.
    ///
    /// # Errors
    /// What to tell.
    pub fn check(&self, name: &str) -> Result<(), &str> {
        if self.pattern.is_match(name) {
            Ok(())
        } else {
            Err(&self.error)
        }
    }
}

impl PartialEq for NameForm {
    fn eq(&self, other: &Self) -> bool {
        (&self.written, &self.error) == (&other.written, &other.error)
    }
}

impl Eq for NameForm {}

impl fmt::Debug for NameForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NameForm").field(&self.written).finish()
    }
}

/// A length of time that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    /// In seconds.
    pub seconds: i64,
    /// What it is called.
    pub label: String,
}

/// The lengths of access that pages offer. What tags allow less of is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Those to choose from, in the order in which they stand.
    pub offered: Vec<Length>,
    /// In seconds, the one that is chosen unless somebody chooses.
    pub usual: i64,
    /// Whether any last day may be chosen.
    pub any_day: bool,
    /// Whether access without an end may be chosen.
    pub no_end: bool,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Default for Lengths {
    /// Those of the reference portal.
    fn default() -> Self {
        let offered = [
            (12 * HOUR, "12 hours"),
            (5 * DAY, "5 days"),
            (14 * DAY, "2 weeks"),
            (30 * DAY, "30 days"),
            (90 * DAY, "90 days"),
        ];
        let length = |(seconds, label): (i64, &str)| Length {
            seconds,
            label: label.to_owned(),
        };
        Self {
            offered: offered.map(length).into(),
            usual: 14 * DAY,
            any_day: true,
            no_end: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_name_is_like_the_pattern_and_no_part_of_it() {
        let form = NameForm::new("[A-Z][a-z0-9-]*|x", "start with a capital").unwrap();
        for (name, fits) in [
            ("Payroll", true),
            ("x", true),
            ("payroll", false),
            ("Pay roll", false),
            ("xPayroll", false),
            ("Payroll\n", false),
        ] {
            assert_eq!(form.check(name).is_ok(), fits, "{name}");
        }
        assert_eq!(form.check("payroll"), Err("start with a capital"));
        for wrong in ["(", "a)|(.*", "a)"] {
            assert!(NameForm::new(wrong, "").is_err(), "{wrong}");
        }
    }
}
