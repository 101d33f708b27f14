//! A PostgreSQL that is reached over TLS only, for one test.

use std::{
    fs::Permissions,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::{Authority, pg};

/// The server; it ends when this value does.
pub struct EncryptedServer {
    server: Child,
    folder: TempDir,
    port: u16,
}

/// Whom the server runs as, where we are root: it does not run as that.
type Owner = Option<u32>;

const PASSWORD: &str = "only-for-this-test";

impl EncryptedServer {
    /// A server whose certificate is for `localhost` alone, or `None` where the run has no PostgreSQL (as
    /// [`pg::database`]). It may not take connections yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn start() -> Result<Option<Self>> {
        if !pg::is_wanted() {
            return Ok(None);
        }
        let binaries = binaries().context("no folder with `initdb` and `postgres`")?;
        let owner = owner()?;
        let folder = TempDir::with_prefix_in("portcullis-tls-", "/tmp")?;
        let place = folder.path();
        chown(place, owner, None)?;
        let authority = Authority::new()?;
        let own = authority.issue(&["localhost"])?;
        std::fs::write(place.join("root.pem"), authority.pem())?;
        for (name, text) in [
            ("server.pem", &*own.certificate),
            ("server.key", &*own.key),
            ("password", PASSWORD),
        ] {
            let path = place.join(name);
            std::fs::write(&path, text)?;
            std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
            chown(&path, owner, None)?;
        }
        let initdb = command(&binaries, "initdb", place, owner)
            .args(["-D", "data", "-U", "postgres", "--auth=scram-sha-256"])
            .args(["--pwfile=password", "--no-sync"])
            .status()?;
        ensure!(initdb.success(), "initdb: {initdb}");
        std::fs::write(
            place.join("data/pg_hba.conf"),
            "hostssl all all 127.0.0.1/32 scram-sha-256\n",
        )?;
        // Free a moment ago; whoever takes it first makes the test fail, not pass.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = command(&binaries, "postgres", place, owner);
        server.args(["-D", "data", "-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "shared_buffers=16MB",
            "ssl=on",
            "ssl_cert_file=../server.pem",
            "ssl_key_file=../server.key",
        ] {
            server.args(["-c", setting]);
        }
        let server = server.spawn()?;
        Ok(Some(Self {
            server,
            folder,
            port,
        }))
    }

    /// Its address under that host name, with these parameters.
    #[must_use]
    pub fn url(&self, host: &str, parameters: &str) -> String {
        let port = self.port;
        format!("postgres://postgres:{PASSWORD}@{host}:{port}/postgres?{parameters}")
    }

    /// The certificate of the authority that certified it.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }
}

impl Drop for EncryptedServer {
    fn drop(&mut self) {
        // Its processes end when the first does.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn command(binaries: &Path, name: &str, folder: &Path, owner: Owner) -> Command {
    let mut command = Command::new(binaries.join(name));
    command.current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(owner) = owner {
        command.uid(owner).gid(owner);
    }
    command
}

fn owner() -> Result<Owner> {
    let id = |args: &[&str]| -> Result<u32> {
        let said = Command::new("id").args(args).output()?.stdout;
        Ok(String::from_utf8(said)?.trim().parse()?)
    };
    match id(&["-u"])? {
        0 => id(&["-u", "postgres"]).map(Some),
        _ => Ok(None),
    }
}

/// The newest there is.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok();
    let versions = versions.into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let bindir = Command::new("pg_config").arg("--bindir").output().ok();
    let bindir = bindir.and_then(|said| String::from_utf8(said.stdout).ok());
    folders.extend(bindir.map(|said| PathBuf::from(said.trim())));
    let has = |folder: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|it| folder.join(it).is_file())
    };
    folders.into_iter().rev().find(has)
}
