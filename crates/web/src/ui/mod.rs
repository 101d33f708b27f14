//! The portal's face: the shell around every page and the building blocks inside it.
//!
//! Here live plain view types (what a macro in `_*.html` needs to be drawn) and the pure
//! functions that draw pictures. Nothing here knows the model, reads a clock or decides anything:
//! pages turn facts into these types, the templates turn these types into HTML.

pub mod assets;
pub mod forms;
pub mod gallery;
pub mod map;
pub mod parts;
pub mod rules;
pub mod shell;
pub mod time;
pub mod timeline;

mod svg;

pub use forms::{Choice, Durations, Errors, Hidden};
pub use map::Map;
pub use parts::{
    Chip, Column, Diff, DiffLine, DiffSubject, Entity, Filter, Kind, Level, Link, Pages, PathStep,
    Preview, Sign, Tab, hue, icon, initials,
};
pub use rules::{AffectedUsers, DecisionChange, RulesDiff};
pub use shell::{NavItem, Notice, Persona, Shell, Undo, Viewer};
pub use time::{ExpiryPill, When};
pub use timeline::Timeline;
