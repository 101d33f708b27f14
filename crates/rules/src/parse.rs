//! Strict loading: a JSON document becomes a rule list, or every diagnostic in it is reported at once.
//!
//! `json` reads text into a tree that remembers positions and repeated keys, `check` turns the tree
//! into rules. Nothing here decides anything; a document is either wholly good or refused.

mod check;
mod diagnostic;
mod json;
mod keys;
mod limits;
mod objects;
mod report;
pub mod strict;

pub use diagnostic::{Code, Diagnostic, LoadError, Position};
pub use limits::Limits;
pub use objects::Objects;

use crate::budget::Budget;
use crate::syntax::{ConditionSet, Operand, RuleList};
use crate::value::Value;

impl RuleList {
    /// Loads a list from JSON text under the default limits.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the text.
    ///
    /// ```
    /// use portcullis_rules::{Code, RuleList};
    /// let error = RuleList::from_json_str(
    ///     r#"[{"access": "permit", "where": {"rsrc_type": "*", "action": [], "rsrc_match": []}}]"#,
    /// )
    /// .unwrap_err();
    /// let found: Vec<_> = error.diagnostics().iter().map(|o| (o.code, o.path.as_str())).collect();
    /// assert_eq!(found, [(Code::UnknownAccess, "[0].access"), (Code::EmptyNames, "[0].where.action")]);
    /// ```
    pub fn from_json_str(text: &str) -> Result<Self, LoadError> {
        Self::from_json_str_with(text, &Limits::default())
    }

    /// Loads a list from JSON text.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the text.
    pub fn from_json_str_with(text: &str, limits: &Limits) -> Result<Self, LoadError> {
        Self::from_json_str_within(text, limits, &Budget::unlimited())
    }

    /// Loads a list from JSON text that somebody sent, if it is not too costly to compile.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the text.
    pub fn from_json_str_within(
        text: &str,
        limits: &Limits,
        budget: &Budget,
    ) -> Result<Self, LoadError> {
        let mut report = report::Report::new(limits);
        let Some(root) = json::read(text, limits, &mut report) else {
            return Err(report.into_error(Some(text)));
        };
        check::document(&root, limits, budget, report)
            .map_err(|report| report.into_error(Some(text)))
    }

    /// Loads a list from JSON bytes.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic, or the place where the bytes are not UTF-8.
    pub fn from_json_slice_with(bytes: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::from_json_str_with(text, limits),
            Err(error) => {
                let mut report = report::Report::new(limits);
                let at = error.valid_up_to();
                let message = "the document is not UTF-8 here; save it as UTF-8";
                report.add(Code::Syntax, String::new(), Some(at), message);
                let valid = std::str::from_utf8(&bytes[..at]).unwrap_or_default();
                Err(report.into_error(Some(valid)))
            }
        }
    }

    /// Loads a list from a JSON value under the default limits.
    ///
    /// Text is better where there is a choice: in a value, repeated keys and lost digits are invisible.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the value.
    pub fn from_json_value(value: &serde_json::Value) -> Result<Self, LoadError> {
        Self::from_json_value_with(value, &Limits::default())
    }

    /// Loads a list from a JSON value.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the value.
    pub fn from_json_value_with(
        value: &serde_json::Value,
        limits: &Limits,
    ) -> Result<Self, LoadError> {
        Self::from_json_value_within(value, limits, &Budget::unlimited())
    }

    /// Loads a list from a JSON value that somebody sent, if it is not too costly to compile.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic in the value.
    pub fn from_json_value_within(
        value: &serde_json::Value,
        limits: &Limits,
        budget: &Budget,
    ) -> Result<Self, LoadError> {
        let mut report = report::Report::new(limits);
        let Some(root) = json::from_value(value, limits.json_depth(), &mut report) else {
            return Err(report.into_error(None));
        };
        check::document(&root, limits, budget, report).map_err(|report| report.into_error(None))
    }

    /// Checks a list built in code against everything loading would refuse.
    ///
    /// # Errors
    /// [`LoadError`] with every diagnostic; paths are those of the document the list would be written as.
    pub fn validate(&self, limits: &Limits) -> Result<(), LoadError> {
        self.validate_within(limits, &Budget::unlimited())
    }

    /// The same for a list of what somebody sent, if it is not too costly to compile.
    ///
    /// # Errors
    /// As [`RuleList::validate`].
    pub fn validate_within(&self, limits: &Limits, budget: &Budget) -> Result<(), LoadError> {
        let mut report = report::Report::new(limits);
        for (i, rule) in self.0.iter().enumerate() {
            // Deep trees must be found before anything walks them by recursion.
            let mut stack = vec![(&rule.condition, 1)];
            while let Some((set, depth)) = stack.pop() {
                if depth > limits.condition_depth() + 1 {
                    let message = report::too_deep(limits.condition_depth());
                    report.add(
                        Code::TooDeep,
                        format!("[{i}].where.rsrc_match"),
                        None,
                        message,
                    );
                    break;
                }
                match set {
                    ConditionSet::And(items) | ConditionSet::Or(items) => {
                        stack.extend(items.iter().map(|item| (item, depth + 1)));
                    }
                    ConditionSet::Leaf(c) => {
                        for operand in [&c.left, &c.right].into_iter().filter(|o| !o.is_writable())
                        {
                            report.add(
                                Code::Unwritable,
                                format!("[{i}].where.rsrc_match"),
                                None,
                                unwritable(operand),
                            );
                        }
                    }
                }
            }
        }
        if !report.is_empty() {
            return Err(report.into_error(None));
        }
        Self::from_json_value_within(&self.to_json(), limits, budget).map(drop)
    }
}

fn unwritable(operand: &Operand) -> String {
    match operand {
        Operand::Attribute(_) => "the attribute name is empty; name an attribute".to_owned(),
        Operand::Literal(value) => format!(
            "the literal `{value}` cannot be written, its backslash would be read as an escape; put it in a \
             list and use `$in`"
        ),
    }
}

impl std::str::FromStr for RuleList {
    type Err = LoadError;

    fn from_str(text: &str) -> Result<Self, LoadError> {
        Self::from_json_str(text)
    }
}

impl<'de> serde::Deserialize<'de> for RuleList {
    /// Refuses repeated keys; that a number was rounded passes unseen, so load from text where it matters.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json_value(&value.to_json()).map_err(serde::de::Error::custom)
    }
}
