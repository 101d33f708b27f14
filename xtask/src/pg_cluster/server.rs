//! The server's programs, its folder, and starting and stopping it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::owner::Process;
use crate::process;

/// What to tell somebody who lacks the server.
pub(crate) const HOW_TO_INSTALL: &str = "on Debian and Ubuntu: `apt-get install --no-install-recommends postgresql`; on macOS: `brew install postgresql`";

const PREFIX: &str = "portcullis-pg-";

/// Settings of a server whose data nobody needs after the run.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=300",
    "shared_buffers=64MB",
    "autovacuum_naptime=1h",
    "jit=off",
    "timezone=UTC",
];

/// The folder with `initdb`, `pg_ctl` and `postgres`, newest version first.
pub(crate) fn binaries() -> Option<PathBuf> {
    let on_path = process::which("initdb")
        .and_then(|initdb| initdb.canonicalize().ok())
        .and_then(|initdb| Some(initdb.parent()?.to_path_buf()));
    let mut known: Vec<(u32, PathBuf)> = [
        "/usr/lib/postgresql",
        "/usr/local/pgsql",
        "/opt/homebrew/opt",
    ]
    .iter()
    .filter_map(|parent| std::fs::read_dir(parent).ok())
    .flatten()
    .filter_map(|entry| Some(entry.ok()?.path()))
    .filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let version = name
            .strip_prefix("postgresql@")
            .unwrap_or(name)
            .parse()
            .ok()?;
        Some((version, path.join("bin")))
    })
    .collect();
    known.sort();
    on_path
        .into_iter()
        .chain(known.into_iter().rev().map(|(_, folder)| folder))
        .find(|folder| {
            ["initdb", "pg_ctl", "postgres"]
                .iter()
                .all(|name| folder.join(name).is_file())
        })
}

/// The URL sqlx understands for the server in `folder`.
pub(super) fn url(folder: &Path) -> String {
    format!(
        "postgres://postgres@localhost/postgres?host={}",
        folder.display()
    )
}

/// The folder of the server that `owner` already has: nextest's stress runs set up again each time.
pub(super) fn of(owner: &Process) -> Option<PathBuf> {
    let folder = parent_folder().join(format!("{PREFIX}{}-0", owner.id));
    let line = std::fs::read_to_string(folder.join("owner")).ok()?;
    let is_up = folder.join("data/postmaster.pid").exists();
    (Process::from_line(&line).as_ref() == Some(owner) && is_up).then_some(folder)
}

/// Makes the folder that holds the data and the socket, closed to everybody but the server's user.
pub(super) fn create_folder(owner: &Process) -> Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;

    let parent = parent_folder();
    for attempt in 0..100 {
        let folder = parent.join(format!("{PREFIX}{}-{attempt}", owner.id));
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => {
                std::fs::write(folder.join("owner"), owner.to_line())?;
                if is_root() {
                    process::output(Command::new("chown").arg(server_user()?).arg(&folder))?;
                }
                return Ok(folder);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot create {}", folder.display()));
            }
        }
    }
    bail!(
        "cannot make a folder for the test cluster in {}",
        parent.display()
    )
}

/// Makes the cluster in `folder` and starts it; returns when it takes connections.
pub(super) fn start(binaries: &Path, folder: &Path) -> Result<()> {
    let data = folder.join("data");
    let locale = if cfg!(target_os = "linux") {
        "C.UTF-8"
    } else {
        "C"
    };
    let mut initdb = as_server(&binaries.join("initdb"))?;
    initdb
        .arg("-D")
        .arg(&data)
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            "--no-instructions",
        ])
        .arg(format!("--locale={locale}"));
    process::output(&mut initdb)?;

    let log = folder.join("log");
    let options = SETTINGS.iter().fold(
        format!("-c unix_socket_directories='{}'", folder.display()),
        |options, setting| format!("{options} -c {setting}"),
    );
    // INVARIANT: the server inherits no pipe of ours, or whoever reads it waits for the server's end.
    let status = as_server(&binaries.join("pg_ctl"))?
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(&log)
        .args(["-w", "-t", "60", "-o", &options, "start"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("cannot run pg_ctl")?;
    if !status.success() {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        bail!("the test cluster did not start ({status}): {}", said.trim());
    }
    Ok(())
}

/// Stops the server in `folder` at once and removes the folder. Best effort: there is nobody left to tell.
pub(super) fn stop(folder: &Path) {
    let data = folder.join("data");
    if data.join("postmaster.pid").exists()
        && let Some(binaries) = binaries()
        && let Ok(mut pg_ctl) = as_server(&binaries.join("pg_ctl"))
    {
        let _ = pg_ctl
            .arg("-D")
            .arg(&data)
            .args(["-m", "immediate", "-w", "-t", "20", "stop"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
    let _ = std::fs::remove_dir_all(folder);
}

/// Stops clusters whose owner has ended and whose watchdog was killed before it could.
pub(super) fn sweep() -> Result<()> {
    let parent = parent_folder();
    for entry in std::fs::read_dir(&parent).with_context(|| parent.display().to_string())? {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_ours || !entry.file_type()?.is_dir() {
            continue;
        }
        let owner = std::fs::read_to_string(entry.path().join("owner"))
            .ok()
            .and_then(|line| Process::from_line(&line));
        if owner.is_some_and(|owner| !owner.is_alive()) {
            stop(&entry.path());
        }
    }
    Ok(())
}

/// The temporary folder, or `/tmp` where the server's user may not enter it or its name is too long for a socket.
fn parent_folder() -> PathBuf {
    let folder = std::env::temp_dir();
    // A socket's whole path has 107 bytes at most.
    let fits = folder.as_os_str().len() < 60;
    let enters = !is_root()
        || as_server(Path::new("test")).is_ok_and(|mut test| {
            test.arg("-x")
                .arg(&folder)
                .status()
                .is_ok_and(|status| status.success())
        });
    if fits && enters {
        folder
    } else {
        PathBuf::from("/tmp")
    }
}

/// A command that runs as a user the server agrees to run as: it refuses root.
fn as_server(program: &Path) -> Result<Command> {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", server_user()?, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    // The server's user may not enter the folder we are in.
    command.current_dir("/");
    Ok(command)
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// The unprivileged user to run the server as when we are root.
fn server_user() -> Result<&'static str> {
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| process::output(Command::new("id").args(["-u", user])).is_ok())
        .context("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as")
}
