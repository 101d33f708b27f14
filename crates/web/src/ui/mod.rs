//! The portal's face: the shell around every page and the building blocks inside it.
//!
//! Here live plain view types (what a macro in `_*.html` needs to be drawn), the macros, and the
//! pure functions that draw pictures. Nothing here knows the model, reads a clock or decides
//! anything: pages turn facts into these types, the templates turn these types into HTML.

pub(crate) mod assets;
mod browser;
pub(crate) mod diff;
pub(crate) mod entity;
pub(crate) mod forms;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod shell;
pub(crate) mod time;
pub(crate) mod timeline;

mod text;

pub(crate) use browser::browser;
pub(crate) use diff::{Diff, DiffLine, DiffSubject, Sign};
pub(crate) use entity::{Chip, Entity, EntityKind, Level, Link, PathStep, hue, icon, initials};
pub(crate) use forms::{Choice, Durations, Errors, Hidden};
pub(crate) use list::{Aside, Column, Filter, Owners, Pages, Tab};
pub(crate) use map::Map;
pub(crate) use shell::{Bare, NavItem, Notice, Past, Persona, Shell, Viewer};
pub(crate) use text::{cut, cut_middle, plain};
pub(crate) use time::{ExpiryPill, When};
