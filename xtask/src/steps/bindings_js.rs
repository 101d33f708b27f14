//! The rule engine for JavaScript: built to WebAssembly, its types checked, run in Node.js and in Chromium.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, Run, Step, tools};
use crate::process::{self, Listen};

pub(super) const STEP: Step = Step {
    name: "bindings-js",
    about: "the rule engine as an npm package: every vector in Node.js, some in Chromium",
    needs: &[Part::Bindings, Part::Node, Part::Browser],
    run,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// What is the compiler on Debian where rustup cannot download the target, and the library's source to build.
const DEBIAN: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld"];

fn run(run: &Run) -> Result<Outcome> {
    if run.is_without(Part::Bindings) {
        run.leave_out("the npm package of the rule engine (--without bindings)");
        return Ok(Outcome::not_run("left out"));
    }
    let package = run.root.join("bindings/js");
    tools::node_version()?;
    tools::npm_ci(&package)?;
    let module = compile(run, &package)?;
    glue(run, &package, &module)?;
    // npm packs what is in the folder only.
    std::fs::copy(run.root.join("LICENSE"), package.join("LICENSE"))?;
    process::run(
        Command::new("node")
            .args([
                "node_modules/typescript/bin/tsc",
                "--noEmit",
                "--project",
                ".",
            ])
            .current_dir(&package),
    )
    .context("the types in lib/index.d.ts do not fit test/types.ts")?;
    test(run, &package)
}

/// Builds the module; returns where it is.
fn compile(run: &Run, package: &Path) -> Result<PathBuf> {
    let target = run.target().join("bindings");
    process::run(
        toolchain(run)?
            .args([
                "build",
                "--locked",
                "--release",
                "--lib",
                "--target",
                TARGET,
            ])
            .current_dir(package)
            .env("CARGO_TARGET_DIR", &target),
    )?;
    Ok(target.join(TARGET).join("release/portcullis_rules_js.wasm"))
}

/// A cargo that can build for WebAssembly, with what it lacks installed where that is allowed.
fn toolchain(run: &Run) -> Result<Command> {
    let has_target = || {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir", "--target", TARGET]);
        process::output(&mut rustc).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
    };
    if !has_target() && process::which("rustup").is_some() {
        eprintln!("    rustup target add {TARGET}");
        if let Err(error) = process::output(Command::new("rustup").args(["target", "add", TARGET]))
        {
            eprintln!("    warning: {error:#}");
        }
    }
    if has_target() {
        return Ok(run.cargo());
    }
    let has_debian = || {
        process::which("wasm-ld").is_some()
            && process::output(Command::new("dpkg").arg("--status").args(DEBIAN)).is_ok()
    };
    if !has_debian() && tools::may_apt_get() {
        tools::apt_get(DEBIAN)?;
    }
    if !has_debian() {
        bail!(
            "the standard library for {TARGET} is missing; get it with `rustup target add {TARGET}`, or on Debian as \
             root with `apt-get install --no-install-recommends {}`{}",
            DEBIAN.join(" "),
            run.or_without("bindings")
        );
    }
    // Debian's compiler comes without the library for this target but with its source. Asking a stable compiler
    // to build it is what RUSTC_BOOTSTRAP is for.
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo
        .args(["-Z", "build-std=std,panic_abort"])
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld")
        .env_remove("RUSTUP_TOOLCHAIN");
    Ok(cargo)
}

/// Writes `pkg/`: the module and the JavaScript that loads it.
fn glue(run: &Run, package: &Path, module: &Path) -> Result<()> {
    let target = run.target().join("bindings");
    process::run(
        run.cargo()
            .args(["run", "--locked", "--quiet", "--package", "glue", "--"])
            .arg(module)
            .arg(package.join("pkg"))
            .current_dir(package)
            .env("CARGO_TARGET_DIR", &target),
    )
}

fn test(run: &Run, package: &Path) -> Result<Outcome> {
    let mut tests = vec![
        "api", "docs", "examples", "filter", "folding", "hostile", "package", "size", "vectors",
    ];
    let mut node = Command::new("node");
    if run.is_without(Part::Browser) {
        run.leave_out("the npm package of the rule engine in a browser (--without browser)");
    } else {
        let chromium = tools::chromium().context("Chromium is missing; see the step `tools`")?;
        node.env("PORTCULLIS_CHROMIUM", chromium);
        tests.push("browser");
    }
    node.arg("--test")
        .arg(if run.on_ci {
            "--test-reporter=tap"
        } else {
            "--test-reporter=spec"
        })
        .args(tests.iter().map(|name| format!("test/{name}.test.mjs")))
        .current_dir(package)
        .env_remove("NODE_TEST_CONTEXT")
        .stderr(Stdio::inherit());
    let told = process::run_listening(&mut node, Listen::Stdout, |line| {
        super::e2e::is_summary(line) || line.contains(" gzipped")
    })?;
    run.tell(&told.lines);
    told.result?;
    Ok(Outcome::ok().note(told.lines.join(", ").replace(['#', 'ℹ'], "").trim()))
}
