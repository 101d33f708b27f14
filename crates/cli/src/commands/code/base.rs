//! The files of an earlier commit, as git keeps them. Nothing of them is checked out or run.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Result, anyhow};
use portcullis_code::Content;

use crate::failure::BadUsage;

/// The files below `top` that mean something, as they are in the commit `name`.
pub(super) fn files(top: &Path, name: &str) -> Result<Vec<(String, Content)>> {
    let commit = commit(top, name)?;
    let listed = git(top, ["ls-tree", "-r", "-z", &commit])?;
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    for entry in listed.split(|byte| *byte == 0) {
        let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else {
            continue;
        };
        let (about, path) = (&entry[..tab], &entry[tab + 1..]);
        let shown = String::from_utf8_lossy(path).into_owned();
        if !super::files::means_something(shown.split('/').next().unwrap_or_default()) {
            continue;
        }
        let about = String::from_utf8_lossy(about);
        let mut about = about.split(' ');
        let (mode, object) = (about.next(), about.nth(1));
        match (mode, object) {
            _ if std::str::from_utf8(path).is_err() => {
                let why = "its name is not UTF-8".to_owned();
                files.push((shown, Content::Unread(why)));
            }
            (Some("120000"), _) => files.push((shown, Content::Link)),
            (Some("100644" | "100755"), Some(object)) => wanted.push((shown, object.to_owned())),
            _ => {
                let why = "it is neither a file nor a folder".to_owned();
                files.push((shown, Content::Unread(why)));
            }
        }
    }
    read(top, wanted, &mut files)?;
    Ok(files)
}

/// The commit that is called so.
fn commit(top: &Path, name: &str) -> Result<String> {
    let unknown = || {
        let message = format!(
            "there is no commit `{name}` in `{}`; name a branch, a tag or a commit that was fetched, or a folder \
             with --base-dir",
            top.display()
        );
        anyhow!(BadUsage(message))
    };
    // What begins so would be an option.
    if name.starts_with('-') {
        return Err(unknown());
    }
    let asked = format!("{name}^{{commit}}");
    let found = git(top, ["rev-parse", "--verify", "--quiet", &asked]).map_err(|_| unknown())?;
    Ok(String::from_utf8_lossy(&found).trim().to_owned())
}

/// Reads the contents, all by one process: one is asked for, and read, before the next.
fn read(
    top: &Path,
    wanted: Vec<(String, String)>,
    files: &mut Vec<(String, Content)>,
) -> Result<()> {
    let mut process = command(top)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_there(&error))?;
    let (Some(mut ask), Some(answer)) = (process.stdin.take(), process.stdout.take()) else {
        return Err(anyhow!("git cannot be talked to"));
    };
    let mut answer = BufReader::new(answer);
    for (path, object) in wanted {
        let cut_off = |error| anyhow!("git does not give `{path}`: {error}");
        writeln!(ask, "{object}").map_err(cut_off)?;
        let mut head = String::new();
        answer.read_line(&mut head).map_err(cut_off)?;
        let size = head.trim_end().rsplit(' ').next().map(str::parse::<usize>);
        let Some(Ok(size)) = size else {
            return Err(anyhow!(
                "git does not give `{path}`: it says `{}`",
                head.trim_end()
            ));
        };
        let mut bytes = vec![0; size + 1];
        answer.read_exact(&mut bytes).map_err(cut_off)?;
        bytes.pop();
        files.push((path, Content::Bytes(bytes)));
    }
    drop(ask);
    process.wait().map_err(|error| not_there(&error))?;
    Ok(())
}

fn git<A: AsRef<OsStr>>(top: &Path, words: impl IntoIterator<Item = A>) -> Result<Vec<u8>> {
    let ran = command(top)
        .args(words)
        .output()
        .map_err(|error| not_there(&error))?;
    if ran.status.success() {
        return Ok(ran.stdout);
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    Err(anyhow!(
        "git cannot read `{}`: {}",
        top.display(),
        said.trim()
    ))
}

fn command(top: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(top).arg("--no-pager");
    command
}

fn not_there(error: &std::io::Error) -> anyhow::Error {
    anyhow!("git does not run: {error}; install it, or name a folder with --base-dir")
}
