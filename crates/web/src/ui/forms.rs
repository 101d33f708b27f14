//! Plain values behind the form macros of `_forms.html`.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// A field the reader does not see: its name and what it sends.
pub(crate) type Hidden = (String, String);

/// One thing to choose.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

impl Choice {
    /// A choice that sends `value` and says `label`.
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }

    /// Several, each by what it sends and what it says.
    pub(crate) fn all<const N: usize>(choices: [(&str, &str); N]) -> Vec<Self> {
        let all = choices.map(|(value, label)| Self::new(value, label));
        all.into()
    }

    /// Whether this choice is the one that sends `value`.
    pub(crate) fn is(&self, value: impl AsRef<str>) -> bool {
        self.value == value.as_ref()
    }
}

/// How long access shall last: configured lengths, and a date of one's own.
///
/// Sends `name` (the value of a choice, or `custom`) and `name_date` (`YYYY-MM-DD`, for `custom`).
#[derive(Default)]
pub(crate) struct Durations {
    pub(crate) name: String,
    /// Whether a date of one's own may be chosen.
    pub(crate) any_day: bool,
    pub(crate) choices: Vec<Choice>,
    /// The value chosen now; `custom` for a date of one's own.
    pub(crate) chosen: String,
    /// The date chosen now, for `custom`.
    pub(crate) date: Option<Date>,
    pub(crate) min: Option<Date>,
    pub(crate) max: Option<Date>,
    /// Why there is a last date, such as `tag "payroll" allows 30 days`; may be empty.
    pub(crate) note: String,
    /// What is wrong with what was sent; may be empty.
    pub(crate) error: String,
}

/// What is wrong with a form, by the field's name.
#[derive(Default)]
pub(crate) struct Errors(BTreeMap<String, String>);

impl Errors {
    /// Notes what is wrong with a field; the first word on a field stands.
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| message.into());
    }

    /// What is wrong with a field, or nothing.
    pub(crate) fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, message)| (field.as_str(), message.as_str()))
    }
}
