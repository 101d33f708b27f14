//! What the program is told from outside: `portcullis.toml`, overlaid by `PORTCULLIS_*`, overlaid
//! by flags. The only reader of the environment. Every value remembers where it came from, and a
//! name that nobody knows is an error wherever it stands.
//!
//! A setting is one line of its section's file; whatever reads, lists or explains settings goes by
//! that line.

mod database;
mod decisions;
mod environment;
mod file;
mod http;
mod limits;
mod lists;
mod policy;
mod portal;
mod secret;
mod section;
mod sections;
mod server;
mod sign_in;
mod sinks;
mod telemetry;
mod tls;
mod token;
mod value;

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::failure::{BadUsage, or_meant};
pub(crate) use database::Place;
use environment::Environment;
pub(crate) use sections::Config;
pub(crate) use sinks::effects;
#[cfg(any(feature = "otel", feature = "sentry"))]
pub(crate) use telemetry::TelemetrySettings;
use value::{Source, Text, Written};

/// Where the data is, as flags.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where the data is")]
pub(crate) struct Where {
    /// Configuration file [default: portcullis.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// SQLite file that holds everything [default: portcullis.sqlite]
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub(crate) data: Option<PathBuf>,
    /// Database by its address: sqlite:FILE or postgres://user@host/database
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

impl Where {
    /// What a next command needs to find the same data, to stand after it in a hint. An address may
    /// hold a password, and is not repeated.
    pub(crate) fn again(&self) -> String {
        let config = self.config.as_deref().map(|path| ("--config", path));
        let data = self.data.as_deref().map(|path| ("--data", path));
        let files = [config, data].into_iter().flatten();
        let mut again: String = files
            .map(|(flag, path)| format!(" {flag} {}", quoted(&path.to_string_lossy())))
            .collect();
        if self.database.is_some() {
            again.push_str(" --database URL");
        }
        again
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@=,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

const PREFIX: &str = "PORTCULLIS_";
/// The variable that names the file.
const FILE: &str = "PORTCULLIS_CONFIG";
/// Names of ours that are no settings of the program: the tests and the build use them.
const NOT_OURS: &[&str] = &["PORTCULLIS_BIN", "PORTCULLIS_TARGET", "PORTCULLIS_CHROMIUM"];

/// The environment, read once.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place where the environment is read"
)]
fn environment() -> Environment {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    });
    variables.collect()
}

/// The variable that sets `key`.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

/// Reads one layer into a configuration; everything wrong with it goes to the list.
type Layer<'a> = dyn Fn(&mut Config, &mut Vec<String>) + 'a;

impl Config {
    /// Reads the file and the environment, and lays the flags over them.
    pub(crate) fn load(flags: &Where, listen: Option<&str>) -> Result<Self, BadUsage> {
        Self::from(flags, listen, &environment())
    }

    /// What holds without any file: the environment alone, for `demo`, which must not touch the
    /// data a configuration names.
    pub(crate) fn without_file(data: PathBuf) -> Result<Self, BadUsage> {
        let environment = environment();
        let flags = Where {
            data: Some(data),
            ..Where::default()
        };
        let layers: [&Layer<'_>; 2] = [
            &|config, faults| from_environment(&environment, config, faults),
            &|config, faults| from_flags(&flags, None, &environment, config, faults),
        ];
        Self::of_layers(&layers, &environment)
    }

    fn from(
        flags: &Where,
        listen: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, BadUsage> {
        let layers: [&Layer<'_>; 3] = [
            &|config, faults| from_file(flags.config.as_deref(), environment, config, faults),
            &|config, faults| from_environment(environment, config, faults),
            &|config, faults| from_flags(flags, listen, environment, config, faults),
        ];
        Self::of_layers(&layers, environment)
    }

    fn of_layers(layers: &[&Layer<'_>], environment: &Environment) -> Result<Self, BadUsage> {
        let (mut config, mut faults) = (Self::default(), Vec::new());
        for layer in layers {
            let database = std::mem::take(&mut config.database);
            layer(&mut config, &mut faults);
            let told = std::mem::replace(&mut config.database, database);
            faults.extend(config.database.overlay_with(told).err());
        }
        faults.extend(config.faults());
        config.missing = environment.missing();
        BadUsage::of(&faults).map_or(Ok(config), Err)
    }
}

fn from_file(
    named: Option<&Path>,
    environment: &Environment,
    config: &mut Config,
    faults: &mut Vec<String>,
) {
    let named = named.or_else(|| environment.get(FILE).map(Path::new));
    let path = named.unwrap_or(Path::new("portcullis.toml"));
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            file::read(path, text, environment, config, faults);
        }
        Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {}
        Err(error) => faults.push(format!(
            "`{}` cannot be read: {error}; see that it exists and is yours to read",
            path.display()
        )),
    }
}

fn from_environment(environment: &Environment, config: &mut Config, faults: &mut Vec<String>) {
    let rows = config.rows();
    let known: Vec<_> = rows
        .iter()
        .map(|row| (variable(row.key), row.key))
        .collect();
    for (name, text) in environment.iter() {
        if !name.starts_with(PREFIX)
            || NOT_OURS.contains(&name)
            || name.starts_with("PORTCULLIS_TEST_")
            || name == FILE
        {
            continue;
        }
        let key = known.iter().find(|(variable, _)| variable == name);
        let source = Source::Environment(name.to_owned());
        let read = key.and_then(|(_, key)| config.overlay(key, &plain(text, source, environment)));
        let read = read.unwrap_or_else(|| {
            let known = known.iter().map(|(variable, _)| variable.as_str());
            let otherwise = "`portcullis doctor` lists the settings there are";
            let meant = or_meant(name, known.chain([FILE]), otherwise);
            Err(format!(
                "the environment has `{name}`, which no setting is called{meant}"
            ))
        });
        faults.extend(read.err());
    }
}

fn from_flags(
    flags: &Where,
    listen: Option<&str>,
    environment: &Environment,
    config: &mut Config,
    faults: &mut Vec<String>,
) {
    let data = flags.data.as_ref().map(|path| path.to_string_lossy());
    let given = [
        ("data", "--data", data.as_deref()),
        ("database", "--database", flags.database.as_deref()),
        ("listen", "--listen", listen),
    ];
    for (key, flag, text) in given {
        if let Some(text) = text {
            let written = plain(text, Source::Flag(flag), environment);
            faults.extend(config.overlay(key, &written).and_then(Result::err));
        }
    }
}

/// What a variable or a flag says.
fn plain<'a>(text: &'a str, source: Source, environment: &'a Environment) -> Written<'a> {
    Written {
        text: Text::Plain(text),
        source,
        folder: Path::new(""),
        environment,
    }
}

#[cfg(test)]
mod tests;
