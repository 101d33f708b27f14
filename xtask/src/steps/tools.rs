//! What the other steps need of the machine: found, installed where that is allowed, or told exactly.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, Run, Step};
use crate::{pg_cluster, process};

pub(crate) const STEP: Step = Step {
    name: "tools",
    about: "find or install PostgreSQL, Chromium, cargo-nextest, cargo-fuzz, npm packages",
    needs: &[],
    run,
};

/// The versions this project is tested with, installed where there is none.
const NEXTEST_VERSION: &str = "0.9.143";
const FUZZ_VERSION: &str = "0.13.2";

fn run(run: &Run) -> Result<Outcome> {
    let mut missing = Vec::new();
    let mut tell = |result: Result<()>| {
        if let Err(error) = result {
            eprintln!("    missing: {error:#}");
            missing.push(format!("{error:#}"));
        }
    };
    tell(debian_packages(run));
    if run.wants(Part::Nextest) {
        tell(subcommand(run, "cargo-nextest", NEXTEST_VERSION));
    }
    if run.wants(Part::Fuzz) {
        tell(subcommand(run, "cargo-fuzz", FUZZ_VERSION));
    }
    if run.wants(Part::Node) && !run.is_without(Part::Browser) {
        tell(node_packages(run));
    }
    if !missing.is_empty() {
        bail!("{}", missing.join("; "));
    }
    Ok(Outcome::ok())
}

/// Chromium, or a browser that is the same for our purposes.
pub(super) fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PORTCULLIS_CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| process::which(name))
        .or_else(|| {
            let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
            mac.is_file().then_some(mac)
        })
}

/// PostgreSQL, Chromium and a C++ compiler: installed together with apt-get where we are root, otherwise told.
fn debian_packages(run: &Run) -> Result<()> {
    let is_missing = |part| match part {
        Part::Postgres => pg_cluster::binaries().is_none(),
        Part::Browser => chromium().is_none(),
        Part::Fuzz => std::env::var_os("CXX").is_none() && process::which("c++").is_none(),
        Part::Nextest | Part::Node | Part::Bindings => false,
    };
    let missing = || {
        [Part::Postgres, Part::Browser, Part::Fuzz]
            .into_iter()
            .filter(|part| run.wants(*part) && is_missing(*part))
            .collect::<Vec<_>>()
    };
    let parts = missing();
    if parts.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = parts
        .iter()
        .flat_map(|part| match part {
            Part::Postgres => &["postgresql"][..],
            Part::Browser => &["chromium", "fonts-liberation"][..],
            Part::Fuzz => &["g++"][..],
            Part::Nextest | Part::Node | Part::Bindings => &[],
        })
        .copied()
        .collect();
    let by_hand = format!(
        "apt-get install --no-install-recommends {}",
        packages.join(" ")
    );
    if may_apt_get() {
        apt_get(&packages).with_context(|| format!("`{by_hand}` failed"))?;
    }
    if missing().is_empty() {
        return Ok(());
    }
    let without: Vec<&str> = parts
        .iter()
        .map(|part| match part {
            Part::Postgres => "postgres",
            Part::Fuzz => "fuzz",
            _ => "browser",
        })
        .collect();
    bail!(
        "this machine lacks {0}; get it as root with `{by_hand}`{1}",
        packages.join(", "),
        if run.on_ci {
            String::new()
        } else {
            format!(
                ", or leave its tests out with `--without {}`",
                without.join(",")
            )
        }
    )
}

/// Whether packages may be installed: on Debian and the like, as root.
pub(super) fn may_apt_get() -> bool {
    process::which("apt-get").is_some()
        && process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

pub(super) fn apt_get(packages: &[&str]) -> Result<()> {
    eprintln!("    installing with apt-get: {}", packages.join(" "));
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command
            .args([
                "-qq",
                "-o",
                "DPkg::Lock::Timeout=300",
                "-o",
                "Dpkg::Use-Pty=0",
            ])
            .env("DEBIAN_FRONTEND", "noninteractive")
            // Packages start no service of their own in what says it is single-user mode.
            .env("RUNLEVEL", "1");
        command
    };
    // One unreachable source must not keep us from the others.
    if let Err(error) = process::output(apt_get().arg("update")) {
        eprintln!("    warning: {error:#}");
    }
    process::output(
        apt_get()
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )?;
    Ok(())
}

/// A command of cargo's, from its source into the target folder where the machine has none.
fn subcommand(run: &Run, package: &str, version: &str) -> Result<()> {
    let name = package.trim_start_matches("cargo-");
    if process::output(run.cargo().args([name, "--version"])).is_ok() {
        return Ok(());
    }
    eprintln!("    building {package} {version}, once; this may take some minutes");
    process::run(
        run.cargo()
            .args([
                "install",
                "--locked",
                "--quiet",
                package,
                "--version",
                version,
            ])
            .arg("--root")
            .arg(run.tools()),
    )
    .with_context(|| format!("get it with `cargo install --locked {package}`"))
}

/// The packages of `e2e/`.
fn node_packages(run: &Run) -> Result<()> {
    node_version()?;
    npm_ci(&run.root.join("e2e"))
}

/// Fails unless Node.js is new enough.
pub(super) fn node_version() -> Result<()> {
    let version = process::output(Command::new("node").arg("--version"))
        .context("Node.js 20 or newer with npm is needed")?;
    let major: u32 = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .unwrap_or_default();
    if major < 20 {
        bail!("Node.js is {}, and 20 or newer is needed", version.trim());
    }
    Ok(())
}

/// The packages of a folder, exactly as locked; nothing is done when they are already there.
pub(super) fn npm_ci(folder: &Path) -> Result<()> {
    let locked = std::fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.portcullis-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    eprintln!("    npm ci in {}", folder.display());
    process::output(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(folder),
    )?;
    std::fs::write(&stamp, locked)?;
    Ok(())
}
