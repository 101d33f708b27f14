//! The steps of `cargo xtask test`, one file each.
//!
//! To add one: a file here with a `pub(super) const STEP: Step`, and a line in [`ALL`]. What it needs of the
//! machine is a [`Part`]; a new part is a variant and how to get it, in `tools.rs`.

mod bindings_js;
mod bindings_python;
mod clippy;
mod deny;
mod doc;
mod e2e;
mod fmt;
mod fuzz;
mod nextest;
mod simulate;
mod tidy;
pub(crate) mod tools;

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

/// In the order they run: cheap ones first, so that a slip is told early.
pub(crate) const ALL: &[Step] = &[
    tools::STEP,
    fmt::STEP,
    tidy::STEP,
    clippy::STEP,
    deny::STEP,
    nextest::STEP,
    simulate::STEP,
    fuzz::STEP,
    doc::STEP,
    e2e::STEP,
    bindings_js::STEP,
    bindings_python::STEP,
];

/// One step of the run.
pub(crate) struct Step {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// One line for the list and the progress.
    pub(crate) about: &'static str,
    /// What it needs of the machine beyond cargo.
    pub(crate) needs: &'static [Part],
    pub(crate) run: fn(&Run) -> Result<Outcome>,
}

/// How a step ended that did not fail.
pub(crate) struct Outcome {
    /// False when the step did nothing; then [`Run::leave_out`] was told what.
    pub(crate) ran: bool,
    /// A few words for the table.
    pub(crate) note: String,
}

impl Outcome {
    fn ok() -> Self {
        Self {
            ran: true,
            note: String::new(),
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn not_run(note: impl Into<String>) -> Self {
        Self {
            ran: false,
            note: note.into(),
        }
    }
}

/// What a step may need of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The test runner `cargo nextest`.
    Nextest,
    /// PostgreSQL's server programs.
    Postgres,
    /// Node.js with npm, and the packages of `e2e/`.
    Node,
    /// Chromium.
    Browser,
    /// What builds `bindings/` for other languages; its steps find or install that themselves.
    Bindings,
    /// cargo-fuzz, and the C++ compiler that builds libFuzzer.
    Fuzz,
}

impl Part {
    /// The parts `--without` may name.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        match name {
            "postgres" => Ok(Self::Postgres),
            "browser" => Ok(Self::Browser),
            "bindings" => Ok(Self::Bindings),
            "fuzz" => Ok(Self::Fuzz),
            _ => {
                bail!(
                    "`--without {name}` is not possible; it can be postgres, browser, bindings or fuzz"
                )
            }
        }
    }
}

/// The run as a whole: what every step can ask.
pub(crate) struct Run {
    pub(crate) root: PathBuf,
    pub(crate) on_ci: bool,
    without: Vec<Part>,
    needed: RefCell<Vec<Part>>,
    left_out: RefCell<Vec<String>>,
    told: RefCell<Vec<String>>,
}

impl Run {
    pub(crate) fn new(root: PathBuf, on_ci: bool, without: Vec<Part>) -> Self {
        Self {
            root,
            on_ci,
            without,
            needed: RefCell::default(),
            left_out: RefCell::default(),
            told: RefCell::default(),
        }
    }

    /// Notes what the selected steps need, for the `tools` step.
    pub(crate) fn select(&self, parts: &[Part]) {
        self.needed.borrow_mut().extend(parts);
    }

    /// Whether a selected step needs the part and it was not left out.
    fn wants(&self, part: Part) -> bool {
        self.needed.borrow().contains(&part) && !self.without.contains(&part)
    }

    /// Notes what was not checked, one sentence; the end of the run tells it loudly.
    fn leave_out(&self, what: &str) {
        self.left_out.borrow_mut().push(what.to_owned());
    }

    /// Notes a test runner's own summary lines; the end of the run repeats them, failed or not.
    fn tell(&self, lines: &[String]) {
        self.told.borrow_mut().extend_from_slice(lines);
    }

    /// What was not checked, once every step has run.
    pub(crate) fn left_out(&self) -> Vec<String> {
        self.left_out.borrow().clone()
    }

    /// The test runners' last words, once every step has run.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    fn is_without(&self, part: Part) -> bool {
        self.without.contains(&part)
    }

    /// How to go on without a part that is missing, as the end of a message; nothing on CI.
    fn or_without(&self, part: &str) -> String {
        if self.on_ci {
            String::new()
        } else {
            format!(", or leave its tests out with `--without {part}`")
        }
    }

    /// Cargo's target folder.
    fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// Where tools are installed that the machine lacks: nothing outside the target folder is touched.
    fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// `cargo` in the root of the repository, with the installed tools on its PATH.
    fn cargo(&self) -> Command {
        let mut cargo = crate::process::cargo();
        cargo.env("PATH", path_with(&self.tools().join("bin")));
        cargo
    }
}

/// PATH with `folder` at its end: what the machine has comes first.
fn path_with(folder: &Path) -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":");
    path.push(folder);
    path
}
