//! The watchdog: waits for a process to end, then stops the cluster.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::owner::Process;
use super::server;

const POLL: Duration = Duration::from_millis(300);

/// Starts the watchdog, detached: nobody waits for it and it holds nothing of ours open.
pub(super) fn spawn(owner: &Process, folder: &Path) -> Result<()> {
    let itself = std::env::current_exe().context("cannot find this program")?;
    // `nohup`, so that closing the terminal does not end the watchdog before the tests.
    Command::new("nohup")
        .arg(itself)
        .args(["pg-cluster", "watch", &owner.id.to_string(), &owner.started])
        .arg(folder)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start the watchdog of the test cluster")?;
    Ok(())
}

/// The watchdog itself: returns when the owner has ended and the cluster is gone.
pub(super) fn run(owner: &Process, folder: &Path) -> Result<()> {
    while owner.is_alive() && folder.exists() {
        std::thread::sleep(POLL);
    }
    server::stop(folder);
    Ok(())
}
