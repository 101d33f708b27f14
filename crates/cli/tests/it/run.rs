//! Starting the binary and reading what it says.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// A folder of its own to run in.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(TempDir::with_prefix("portcullis-cli-").unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("TMPDIR", self.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        finish(&mut self.command(args))
    }

    /// Who has a permission. The exit code says whether anybody grants it.
    #[track_caller]
    pub(crate) fn who_can(&self, permission: &str) -> Vec<Value> {
        let ran = self.run(&["who-can", permission, "--json"]);
        let users = ran.json()["users"].as_array().unwrap().clone();
        match ran.code {
            0 => assert!(!ran.stderr.contains("no group grants"), "{ran:?}"),
            code => {
                assert_eq!((code, &*users), (3, &[][..]), "{ran:?}");
                assert!(ran.stderr.contains("no group grants"), "{ran:?}");
            }
        }
        users
    }

    /// Runs `demo` with these arguments until the value is dropped.
    pub(crate) fn demo(&self, args: &[&str]) -> Serving {
        let mut command = self.command(&["demo", "--port", "0"]);
        Serving::start(command.args(args))
    }
}

pub(crate) fn finish(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The file beside the tests.
pub(crate) fn small_org() -> String {
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "tests",
        "data",
        "org-small.json",
    ]
    .iter()
    .collect();
    path.display().to_string()
}

/// A program that listens.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) url: String,
    /// The lines it wrote to stdout before and with the address.
    pub(crate) lines: Vec<String>,
}

impl Serving {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_loud(command.stderr(Stdio::null()))
    }

    /// The same; what it says of itself goes where the command says.
    pub(crate) fn start_loud(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut serving = Self {
            child,
            url: String::new(),
            lines: Vec::new(),
        };
        let mut reader = BufReader::new(serving.child.stdout.take().unwrap());
        while serving.url.is_empty() {
            let mut line = String::new();
            let read = reader.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it listened: {:?}", serving.lines);
            let line = line.trim_end();
            line.strip_prefix("listening on ")
                .unwrap_or_default()
                .clone_into(&mut serving.url);
            serving.lines.push(line.to_owned());
        }
        serving
    }

    /// Ends it without a chance to do anything about it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
