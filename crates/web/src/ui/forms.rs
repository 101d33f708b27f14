//! Plain values behind the form macros of `_forms.html`.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// A field the reader does not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The field's name.
    pub name: String,
    /// The field's value.
    pub value: String,
}

impl Hidden {
    /// A hidden field.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
}

impl Choice {
    /// A choice that sends `value` and says `label`.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }

    /// Whether this choice is the one that sends `value`.
    pub fn is(&self, value: impl AsRef<str>) -> bool {
        self.value == value.as_ref()
    }
}

/// How long access shall last: configured lengths, and a date of one's own.
///
/// Sends `name` (the value of a choice, or `custom`) and `name_date` (`YYYY-MM-DD`, for `custom`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durations {
    /// The field's name.
    pub name: String,
    /// The lengths on offer.
    pub choices: Vec<Choice>,
    /// The value chosen now; `custom` for a date of one's own.
    pub chosen: String,
    /// The date chosen now, for `custom`.
    pub date: Option<Date>,
    /// The first date that may be chosen.
    pub min: Option<Date>,
    /// The last date that may be chosen.
    pub max: Option<Date>,
    /// Why there is a last date, such as `tag "payroll" allows 30 days`; may be empty.
    pub note: String,
    /// What is wrong with what was sent; may be empty.
    pub error: String,
}

impl Durations {
    /// A picker of `choices` with `chosen` selected.
    pub fn new(name: impl Into<String>, choices: Vec<Choice>, chosen: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            choices,
            chosen: chosen.into(),
            date: None,
            min: None,
            max: None,
            note: String::new(),
            error: String::new(),
        }
    }

    /// The same picker with a last date and the reason for it.
    #[must_use]
    pub fn at_most(mut self, max: Date, note: impl Into<String>) -> Self {
        self.max = Some(max);
        self.note = note.into();
        self
    }
}

/// What is wrong with a form, by the field's name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Errors(BTreeMap<String, String>);

impl Errors {
    /// Notes what is wrong with a field; the first word on a field stands.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| message.into());
    }

    /// What is wrong with a field, or nothing.
    pub fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with its error, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, message)| (field.as_str(), message.as_str()))
    }
}
