//! The Portcullis rule language: JSON lists of allow and deny rules, read strictly and decided exactly.
//!
//! A [`RuleList`] is loaded from JSON or built in code; [`naive::decide`] answers whether it lets an
//! action be done on a resource. The first rule that matches decides, and nothing matching means deny.
//! What cannot be decided never widens access. This crate reads no files and no clock and starts no
//! threads, so that it runs wherever an answer is needed.

#![warn(missing_docs)]

pub mod analysis;
mod budget;
pub mod cases;
mod engine;
mod explain;
pub mod naive;
mod parse;
pub mod partial;
mod pattern;
mod syntax;
mod value;

pub use budget::Budget;
pub use engine::{ActionAnswers, CompileError, Digest, Engine, EngineOptions, Prepared};
pub use explain::{
    Change, ConditionTrace, Explanation, OperandTrace, Outcome, Redaction, RuleTrace, Seen, Style,
};
pub use naive::{Attributes, Decision, RequestError};
pub use parse::{Code, Diagnostic, Limits, LoadError, Objects, Position, strict};
pub use pattern::{Like, Pattern, PatternError, PatternLimits, RegexError, Shape, fold};
pub use syntax::{
    Condition, ConditionSet, Effect, Operand, Operator, Rule, RuleList, SlugSet, Slugs,
};
pub use value::{Number, NumberError, Truth, Value, eq};
