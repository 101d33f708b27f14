//! Explanations as text for people.

use std::fmt::Write as _;

use super::json::word;
use super::{ConditionTrace, Explanation, OperandTrace, Outcome, RuleTrace, Seen};
use crate::syntax::Effect;
use crate::value::Truth;

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without colours.
    Plain,
    /// With the colour codes of terminals.
    Ansi,
}

#[derive(Clone, Copy)]
enum Paint {
    Good,
    Bad,
    Unclear,
    Dim,
}

impl Style {
    fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Good => 32,
            Paint::Bad => 31,
            Paint::Unclear => 33,
            Paint::Dim => 2,
        };
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}

impl Explanation {
    /// The explanation in words, one line a rule and one a condition. Values from the resource have their
    /// control characters escaped, so they cannot command a terminal.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let mut text = String::new();
        let (paint, done) = match self.decision.effect {
            Effect::Allow => (Paint::Good, "lets"),
            Effect::Deny => (Paint::Bad, "stops"),
        };
        let effect = style.paint(paint, self.decision.effect.as_str());
        let (action, kind) = (printable(&self.action), printable(&self.resource_type));
        let _ = match self.decision.rule {
            Some(rule) if self.decision.is_allow() => {
                writeln!(
                    text,
                    "{effect}: rule {rule} {done} `{action}` be done on this `{kind}`"
                )
            }
            Some(rule) => writeln!(
                text,
                "{effect}: rule {rule} {done} `{action}` on this `{kind}`"
            ),
            None => writeln!(
                text,
                "{effect}: no rule lets `{action}` be done on this `{kind}`"
            ),
        };
        if let Some(meta) = &self.meta {
            let meta = printable(&meta.to_string());
            let _ = writeln!(
                text,
                "  {}",
                style.paint(Paint::Dim, &format!("its notes: {meta}"))
            );
        }
        for rule in &self.rules {
            rule.render(style, &mut text);
        }
        if self.rules_after > 0 {
            let after = format!("{} further rules were not looked at", self.rules_after);
            let _ = writeln!(text, "  {}", style.paint(Paint::Dim, &after));
        }
        let turned = match self.decision.effect {
            Effect::Allow => "denied",
            Effect::Deny => "allowed",
        };
        let changes: Vec<String> = self
            .change
            .iter()
            .map(|c| printable(&c.to_string()))
            .collect();
        let _ = if changes.is_empty() {
            writeln!(
                text,
                "No change of one or two attributes was found with which it would be {turned}"
            )
        } else {
            writeln!(text, "It would be {turned}: {}", changes.join(" and "))
        };
        text
    }
}

impl RuleTrace {
    fn render(&self, style: Style, text: &mut String) {
        let outcome = match (self.outcome, self.effect) {
            (Outcome::OtherType, _) => "is about other types".to_owned(),
            (Outcome::OtherAction, _) => "is about other actions".to_owned(),
            (Outcome::Conditions(Truth::True), Effect::Allow) => "allows".to_owned(),
            (Outcome::Conditions(Truth::True), Effect::Deny) => "denies".to_owned(),
            (Outcome::Conditions(Truth::False), effect) => {
                format!("would {effect}, but its conditions do not hold")
            }
            (Outcome::Conditions(Truth::Undecided), Effect::Allow) => {
                "would allow, but its conditions cannot be decided".to_owned()
            }
            (Outcome::Conditions(Truth::Undecided), Effect::Deny) => {
                "denies, as its conditions cannot be decided".to_owned()
            }
        };
        let line = format!("rule {} {outcome}", self.rule);
        let line = match self.outcome {
            Outcome::Conditions(_) => line,
            _ => style.paint(Paint::Dim, &line),
        };
        let _ = writeln!(text, "  {line}");
        for condition in &self.conditions {
            condition.render(style, text);
        }
    }
}

impl ConditionTrace {
    fn render(&self, style: Style, text: &mut String) {
        let paint = match self.truth {
            Truth::True => Paint::Good,
            Truth::False => Paint::Bad,
            Truth::Undecided => Paint::Unclear,
        };
        let truth = style.paint(paint, &format!("{:<9}", word(self.truth)));
        let (left, right) = (self.left.name(), self.right.name());
        let values: Vec<String> = [&self.left, &self.right]
            .into_iter()
            .filter_map(OperandTrace::value)
            .collect();
        let values = if values.is_empty() {
            String::new()
        } else {
            style.paint(Paint::Dim, &format!("    ({})", values.join(", ")))
        };
        let _ = writeln!(text, "    {truth}  {left} {} {right}{values}", self.op);
    }
}

impl OperandTrace {
    fn name(&self) -> String {
        printable(&match self {
            Self::Literal(value) => value.to_string(),
            Self::Attribute(name, _) => format!("@{name}"),
        })
    }

    fn value(&self) -> Option<String> {
        let Self::Attribute(name, seen) = self else {
            return None;
        };
        Some(printable(&match seen {
            Seen::Missing => format!("@{name} is missing"),
            Seen::Value(value) => format!("@{name} is {value}"),
            Seen::Hidden(kind) => format!("@{name} is {kind}, hidden"),
        }))
    }
}

/// The text with its control characters escaped.
fn printable(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}
