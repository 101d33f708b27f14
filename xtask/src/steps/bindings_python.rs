//! The rule engine for Python: built into a wheel, installed into an environment of its own, typed and tested there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, Run, Step, tools};
use crate::process::{self, Listen};

pub(super) const STEP: Step = Step {
    name: "bindings-python",
    about: "the rule engine as a Python wheel: every vector, types by mypy",
    needs: &[Part::Bindings],
    run,
};

fn run(run: &Run) -> Result<Outcome> {
    if run.is_without(Part::Bindings) {
        run.leave_out("the Python wheel of the rule engine (--without bindings)");
        return Ok(Outcome::not_run("left out"));
    }
    let package = run.root.join("bindings/python");
    let python = environment(run, &package)?;
    let wheel = build(run, &package, &python)?;
    process::output(
        pip(&python)
            .args(["install", "--no-deps", "--no-index", "--force-reinstall"])
            .arg(&wheel),
    )?;
    // Outside the source tree, so that the installed package is what is looked at.
    process::output(
        Command::new(&python)
            .args(["-m", "mypy", "--strict", "--package", "portcullis_rules"])
            .current_dir(run.target().join("bindings")),
    )
    .context("the types of the package do not hold")?;
    let mut tests = Command::new(&python);
    tests
        .args(["-m", "unittest", "discover", "--start-directory", "tests"])
        .current_dir(&package)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let told = process::run_listening(&mut tests, Listen::Stderr, |line| line.starts_with("Ran "))?;
    run.tell(&told.lines);
    told.result?;
    Ok(Outcome::ok().note(told.lines.join(", ")))
}

/// The interpreter of an environment with what builds the wheel, made anew when that changes.
fn environment(run: &Run, package: &Path) -> Result<PathBuf> {
    let base = base_python(run)?;
    let folder = run.target().join("bindings/venv");
    let python = folder.join("bin/python");
    let wanted = std::fs::read_to_string(package.join("requirements-build.txt"))?;
    let version = process::output(Command::new(&base).arg("--version"))?;
    let stamp = folder.join(".portcullis-stamp");
    let content = format!("{version}{wanted}");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == content)
        && process::output(Command::new(&python).arg("--version")).is_ok()
    {
        return Ok(python);
    }
    eprintln!("    installing maturin and mypy into {}", folder.display());
    let venv = || {
        process::output(
            Command::new(&base)
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )
    };
    if venv().is_err() && tools::may_apt_get() {
        // Debian's Python comes without it.
        tools::apt_get(&["python3-venv"])?;
    }
    venv().with_context(|| {
        format!(
            "Python cannot make an environment; on Debian get `python3-venv`{}",
            run.or_without("bindings")
        )
    })?;
    process::output(
        pip(&python)
            .args(["install", "--quiet", "--requirement"])
            .arg(package.join("requirements-build.txt")),
    )?;
    std::fs::write(stamp, content)?;
    Ok(python)
}

/// Python 3.9 or newer.
fn base_python(run: &Run) -> Result<PathBuf> {
    let find = || {
        ["python3", "python"]
            .iter()
            .filter_map(|name| process::which(name))
            .find(|python| {
                let check = "import sys; sys.exit(sys.version_info < (3, 9))";
                process::output(Command::new(python).args(["-c", check])).is_ok()
            })
    };
    if find().is_none() && tools::may_apt_get() {
        tools::apt_get(&["python3", "python3-venv"])?;
    }
    find().with_context(|| {
        format!(
            "Python 3.9 or newer is missing{}",
            run.or_without("bindings")
        )
    })
}

/// Builds the wheel; returns where it is.
fn build(run: &Run, package: &Path, python: &Path) -> Result<PathBuf> {
    let target = run.target().join("bindings");
    let wheels = target.join("wheels");
    if wheels.exists() {
        // Only the one built now shall be found.
        std::fs::remove_dir_all(&wheels)?;
    }
    process::run(
        Command::new(python)
            .args([
                "-m",
                "maturin",
                "build",
                "--release",
                "--locked",
                "--quiet",
                "--interpreter",
            ])
            .arg(python)
            .arg("--out")
            .arg(&wheels)
            .current_dir(package)
            .env("CARGO_TARGET_DIR", &target),
    )?;
    let built = std::fs::read_dir(&wheels)?.next();
    let Some(wheel) = built.transpose()? else {
        bail!("maturin left no wheel in {}", wheels.display());
    };
    Ok(wheel.path())
}

fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "--disable-pip-version-check"]);
    pip
}
