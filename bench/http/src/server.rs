//! The servers that are asked, each a process of its own with the same rules.

use std::{
    fmt::Write as _,
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use axum::{Json, Router, routing::post};
use serde_json::{Value, json};

/// The token the decision point knows.
pub const TOKEN: &str = "authzen-certification-fixture";
const TOKEN_SHA256: &str = "62a5cbdea16300de57afc68658453086cc5ebc65feb94d12a3e0a9204e54d935";

/// A running server; it ends with this.
pub struct Server {
    pub name: &'static str,
    pub address: String,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// A bare axum JSON echo.
    pub fn start_echo(folder: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--echo", &address]);
        Self::start("bare axum JSON echo", address, command, folder)
    }

    /// Ours, where alice is in a group with `rules` rules.
    pub fn start_portcullis(program: &Path, folder: &Path, rules: usize) -> Result<Self> {
        let address = free_address()?;
        let list: Vec<Value> = (0..rules)
            .map(|i| {
                let key = format!("k{i}");
                json!({ "access": "allow", "where": {
                    "rsrc_type": "record", "action": "read", "rsrc_match": [["@name", "=", key]],
                }})
            })
            .collect();
        let policy = json!({
            "users": [{ "login": "alice", "name": "Alice" }],
            "groups": [{
                "name": "record-readers", "description": "Read records", "members": ["alice"],
                "rules": [{ "list": "records", "rules": list }],
            }],
            "resources": [{ "type": "record", "id": "record-1", "properties": properties(rules) }],
        });
        fs::write(folder.join("policy.json"), policy.to_string())?;
        let config = folder.join("portcullis.toml");
        fs::write(
            &config,
            format!(
                "database = \"sqlite::memory:\"\nlisten = \"{address}\"\n\
                 [decisions]\npolicy = \"policy.json\"\n\
                 [[token]]\nname = \"bench\"\nsha256 = \"{TOKEN_SHA256}\"\ndecisions = true\n"
            ),
        )?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--config").arg(config);
        Self::start("portcullis", address, command, folder)
    }

    /// Cerbos with the same rules for alice's role.
    pub fn start_cerbos(program: &Path, folder: &Path, rules: usize) -> Result<Self> {
        let (address, grpc) = (free_address()?, free_address()?);
        let policies = folder.join("policies");
        fs::create_dir_all(&policies)?;
        let mut policy = String::from(
            "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: record\n  version: default\n  rules:\n",
        );
        for i in 0..rules {
            write!(
                policy,
                "    - actions: [read]\n      effect: EFFECT_ALLOW\n      roles: [reader]\n      \
                 condition:\n        match:\n          expr: R.attr.name == \"k{i}\"\n"
            )?;
        }
        fs::write(policies.join("record.yaml"), policy)?;
        let config = folder.join("cerbos.yaml");
        fs::write(
            &config,
            format!(
                "server:\n  httpListenAddr: \"{address}\"\n  grpcListenAddr: \"{grpc}\"\n\
                 telemetry:\n  disabled: true\n\
                 storage:\n  driver: disk\n  disk:\n    directory: \"{}\"\n    watchForChanges: false\n",
                policies.display()
            ),
        )?;
        let mut command = Command::new(program);
        command
            .args(["server", "--log-level=error", "--config"])
            .arg(config);
        Self::start("cerbos", address, command, folder)
    }

    fn start(
        name: &'static str,
        address: String,
        mut command: Command,
        folder: &Path,
    ) -> Result<Self> {
        let log = folder.join(format!("{}.log", name.replace(' ', "-")));
        command
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?);
        let process = command
            .spawn()
            .with_context(|| format!("{name} does not start: {command:?}"))?;
        let mut server = Self {
            name,
            address,
            process,
        };
        let until = Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(&server.address).is_err() {
            if server.process.try_wait()?.is_some() || Instant::now() > until {
                bail!("{name} does not start:\n{}", fs::read_to_string(log)?);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The processor time that the server has used.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name in brackets may hold spaces; what follows it begins with the third field.
        let (_, fields) = stat.rsplit_once(')').context("an unknown /proc/PID/stat")?;
        let ticks = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse::<u64>)
            .sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 10))
    }
}

/// What the last of `rules` rules looks for.
pub fn properties(rules: usize) -> Value {
    json!({ "name": format!("k{}", rules - 1) })
}

/// Is the echo until it is killed.
#[tokio::main]
pub async fn echo(address: &str) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let app = Router::new().route(
        "/access/v1/evaluation",
        post(async |Json(v): Json<Value>| Json(v)),
    );
    Ok(axum::serve(listener, app).await?)
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
