//! The process a cluster is for, and how to know whether it still runs.

use std::os::unix::process::parent_id;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;

/// A process, known by its id and when it started: an id alone is given again to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: u32,
    pub(super) started: String,
}

impl Process {
    /// The running process `id`.
    pub(super) fn find(id: u32) -> Option<Self> {
        Some(Self {
            id,
            started: started(id)?,
        })
    }

    pub(super) fn is_alive(&self) -> bool {
        started(self.id).is_some_and(|now| now == self.started)
    }

    /// One line from which `from_line` makes the same value.
    pub(super) fn to_line(&self) -> String {
        format!("{} {}\n", self.id, self.started)
    }

    pub(super) fn from_line(line: &str) -> Option<Self> {
        let (id, started) = line.trim().split_once(' ')?;
        Some(Self {
            id: id.parse().ok()?,
            started: started.to_owned(),
        })
    }
}

/// Who the cluster is for: the nextest run above us, or else the process that called.
pub(super) fn caller() -> Result<Process> {
    let mut id = parent_id();
    while let Some(stat) = Stat::read(id) {
        if stat.name.starts_with("cargo-nextest") {
            return Process::find(id).context("nextest has ended");
        }
        if stat.parent <= 1 {
            break;
        }
        id = stat.parent;
    }
    Process::find(parent_id()).context("the calling process has ended")
}

/// When process `id` started, in a form only good for comparing; `None` when it has ended.
fn started(id: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        return Stat::read(id)
            .filter(|stat| stat.state != "Z")
            .map(|stat| stat.started);
    }
    let said =
        process::output(Command::new("ps").args(["-o", "lstart=", "-p", &id.to_string()])).ok()?;
    let said = said.trim();
    (!said.is_empty()).then(|| said.replace(' ', "_"))
}

/// What Linux tells of a process in `/proc/<id>/stat`.
struct Stat {
    name: String,
    state: String,
    parent: u32,
    started: String,
}

impl Stat {
    fn read(id: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    /// Fields as proc(5) numbers them: 2 name in brackets, 3 state, 4 parent, 22 start time.
    fn parse(text: &str) -> Option<Self> {
        // The name may itself contain brackets and spaces, so the last bracket counts.
        let (head, tail) = text.rsplit_once(')')?;
        let (_, name) = head.split_once('(')?;
        let fields: Vec<&str> = tail.split_whitespace().collect();
        Some(Self {
            name: name.to_owned(),
            state: (*fields.first()?).to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            started: (*fields.get(19)?).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_process_may_contain_brackets() {
        let text = "42 (a) b) S 7 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9876 0 0";
        let stat = Stat::parse(text).expect("a stat line");
        assert_eq!((stat.name.as_str(), stat.state.as_str()), ("a) b", "S"));
        assert_eq!((stat.parent, stat.started.as_str()), (7, "9876"));
    }

    #[test]
    fn a_process_that_has_ended_is_not_alive_even_when_its_id_is_in_use() {
        let this = Process::find(std::process::id()).expect("this process");
        assert!(this.is_alive());
        let former = Process {
            started: "1".to_owned(),
            ..this.clone()
        };
        assert!(!former.is_alive());
        assert_eq!(Process::from_line(&this.to_line()), Some(this));
    }
}
