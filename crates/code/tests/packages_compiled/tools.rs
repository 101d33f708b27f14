//! Which tools are there, and what they are given and say.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use portcullis_code::packages::{Keys, Language, Names, Version, package};

/// Whether a tool is there; told where it is not.
pub(crate) fn is_there(command: &str, args: &[&str], language: Language) -> bool {
    let there = Command::new(command)
        .args(args)
        .output()
        .is_ok_and(|out| out.status.success());
    if !there {
        let args = args.join(" ");
        eprintln!(
            "SKIPPED: `{command} {args}` does not run here: the {} package is not compiled",
            language.as_str()
        );
    }
    there
}

pub(crate) fn write(folder: &Path, files: impl IntoIterator<Item = (String, String)>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

pub(crate) fn run(command: &mut Command) -> String {
    let out = command.output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(out.status.success(), "{command:?}\n{said}");
    String::from_utf8(out.stdout).unwrap()
}

/// The keys as programs are to print them: the bytes of each in hexadecimal, a line each.
pub(crate) fn printed(keys: &Keys) -> String {
    keys.keys().fold(String::new(), |mut out, key| {
        key.bytes().for_each(|byte| _ = write!(out, "{byte:02x}"));
        out + "\n"
    })
}

pub(crate) fn generated(language: Language, keys: &Keys) -> impl Iterator<Item = (String, String)> {
    let version = Version {
        major: 2,
        minor: 1,
        patch: 0,
    };
    package(language, &Names::default(), keys, version)
        .unwrap()
        .into_iter()
}
