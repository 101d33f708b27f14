//! What the program is told from outside: `portcullis.toml`, overlaid by `PORTCULLIS_*`, overlaid
//! by flags. The only reader of the environment. Every value remembers where it came from, and a
//! name that nobody knows is an error wherever it stands.

mod file;
mod secret;
mod sinks;
mod token;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_app::Settings;
use portcullis_model::{Policy, World, context::Descriptions};
use portcullis_web::{Decisions, SigningKey};

use crate::failure::{BadUsage, or_meant};
pub(crate) use secret::Secret;
pub(crate) use sinks::effects;
pub(crate) use token::ConfiguredToken;

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

/// A value and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Default,
    File(PathBuf, usize),
    Environment(String),
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// An address.
    Url(String),
}

impl Place {
    /// The address the store opens.
    pub(crate) fn url(&self) -> String {
        match self {
            // The store reads addresses: what means something in one is written out.
            Self::File(path) => {
                let path = path.to_string_lossy();
                let path = path
                    .replace('%', "%25")
                    .replace('?', "%3F")
                    .replace('#', "%23");
                format!("sqlite:{path}")
            }
            Self::Url(url) => url.clone(),
        }
    }

    /// The SQLite file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Url(url) => {
                let path = url.strip_prefix("sqlite:")?;
                let path = path.strip_prefix("//").unwrap_or(path);
                let path = path.split('?').next().unwrap_or(path);
                (!path.starts_with(':')).then(|| Path::new(path))
            }
        }
    }

    /// As it may be shown: without a password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url(url) => redact(url),
        }
    }
}

fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    match rest.rsplit_once('@') {
        Some((login, host)) => {
            let (user, password) = login
                .split_once(':')
                .map_or((login, ""), |(user, _)| (user, ":…"));
            format!("{scheme}://{user}{password}@{host}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Bool,
    List,
    /// A number from 0 to 1.
    Share,
    /// A text that is not shown, or where it is.
    Secret,
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Raw {
    Text(String),
    Bool(bool),
    List(Vec<String>),
    Secret(Secret),
}

const SECRET: &str = "secret";

/// Every key but those of `[[token]]`, in the order `doctor` shows them.
const KEYS: &[(&str, Shape)] = &[
    ("data", Shape::Text),
    ("database", Shape::Text),
    ("listen", Shape::Text),
    ("log", Shape::Text),
    ("public_url", Shape::Text),
    (SECRET, Shape::Secret),
    ("decisions.policy", Shape::Text),
    ("decisions.subject_types", Shape::List),
    ("decisions.log_sample", Shape::Share),
    ("decisions.log_properties", Shape::List),
    (sinks::LOG_ENABLED, Shape::Bool),
    ("policy.role_prefix", Shape::Text),
    ("policy.app_prefix", Shape::Text),
    ("policy.owners_suffix", Shape::Text),
    ("policy.require_descriptions", Shape::Bool),
    ("policy.app_creators", Shape::List),
    ("policy.app_group_deleters", Shape::List),
];

/// The keys whose values are fields of [`Config`].
const FIELDS: [&str; 4] = ["data", "database", "listen", "log"];

const PREFIX: &str = "PORTCULLIS_";
/// Names of ours that are no settings of the program: the tests and the build use them.
const NOT_OURS: &[&str] = &["PORTCULLIS_BIN", "PORTCULLIS_TARGET", "PORTCULLIS_CHROMIUM"];

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

type Layer = BTreeMap<&'static str, Sourced<Raw>>;

/// Everything the program was told.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) place: Sourced<Place>,
    pub(crate) listen: Sourced<SocketAddr>,
    pub(crate) log: Sourced<String>,
    pub(crate) tokens: Vec<ConfiguredToken>,
    rest: Layer,
}

/// The environment, read once.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place where the environment is read"
)]
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            Some((
                name.into_string().ok()?,
                value.to_string_lossy().into_owned(),
            ))
        })
        .collect()
}

impl Config {
    /// Reads the file and the environment, and lays the flags over them.
    pub(crate) fn load(flags: &Where, listen: Option<&str>) -> Result<Self, BadUsage> {
        Self::from(flags, listen, &environment())
    }

    /// What holds without any file: the environment alone, for `demo`, which must not touch the
    /// data a configuration names.
    pub(crate) fn without_file(data: PathBuf) -> Result<Self, BadUsage> {
        let mut environment = environment();
        environment.remove("PORTCULLIS_CONFIG");
        let flags = Where {
            config: None,
            data: Some(data),
            database: None,
        };
        let mut faults = Vec::new();
        let layer = from_environment(&environment, &mut faults);
        Self::build([layer, from_flags(&flags, None)], Vec::new(), faults)
    }

    fn from(
        flags: &Where,
        listen: Option<&str>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, BadUsage> {
        let mut faults = Vec::new();
        let named = flags
            .config
            .clone()
            .or_else(|| environment.get("PORTCULLIS_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| "portcullis.toml".into());
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => file::read(&path, &text, environment, &mut faults),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                file::Read::default()
            }
            Err(error) => {
                faults.push(format!(
                    "`{}` cannot be read: {error}; see that it exists and is yours to read",
                    path.display()
                ));
                file::Read::default()
            }
        };
        let layers = [
            file.layer,
            from_environment(environment, &mut faults),
            from_flags(flags, listen),
        ];
        Self::build(layers, file.tokens, faults)
    }

    fn build(
        layers: impl IntoIterator<Item = Layer>,
        tokens: Vec<ConfiguredToken>,
        mut faults: Vec<String>,
    ) -> Result<Self, BadUsage> {
        let mut all = Layer::new();
        for layer in layers {
            if let (Some(data), Some(database)) = (layer.get("data"), layer.get("database")) {
                faults.push(format!(
                    "{} names `data` and {} names `database`; keep one of them",
                    data.source, database.source
                ));
            }
            // The two are two ways to say the same thing: the later one wins.
            if layer.contains_key("data") || layer.contains_key("database") {
                all.remove("data");
                all.remove("database");
            }
            all.extend(layer);
        }
        let text = |key: &str| match all.get(key) {
            Some(Sourced {
                value: Raw::Text(text),
                source,
            }) => Some((text.clone(), source.clone())),
            _ => None,
        };
        let place = match (text("data"), text("database")) {
            (Some((data, source)), _) => Sourced {
                value: Place::File(data.into()),
                source,
            },
            (None, Some((url, source))) => Sourced {
                value: Place::Url(url),
                source,
            },
            (None, None) => Sourced {
                value: Place::File("portcullis.sqlite".into()),
                source: Source::Default,
            },
        };
        let (listen, source) =
            text("listen").unwrap_or_else(|| ("127.0.0.1:8080".into(), Source::Default));
        let address = listen.parse().unwrap_or_else(|_| {
            faults.push(format!("{source}: `{listen}` is no address to listen on; write an IP address and a port, as in 127.0.0.1:8080"));
            SocketAddr::from(([127, 0, 0, 1], 8080))
        });
        let listen = Sourced {
            value: address,
            source,
        };
        let (log, source) = text("log").unwrap_or_else(|| ("warn".into(), Source::Default));
        if log.parse::<tracing_subscriber::filter::Targets>().is_err() {
            faults.push(format!("{source}: `{log}` is no log filter; write warn, info, or portcullis_store=debug,warn"));
        }
        let log = Sourced { value: log, source };
        all.retain(|key, _| !FIELDS.contains(key));
        if faults.is_empty() {
            Ok(Self {
                place,
                listen,
                log,
                tokens,
                rest: all,
            })
        } else {
            Err(BadUsage(faults.join("\nerror: ")))
        }
    }

    /// The rules of the house, without the users they name.
    pub(crate) fn policy_without_people(&self) -> Policy {
        let mut policy = Policy::default();
        let text = |key: &str, into: &mut String| {
            if let Some(Sourced {
                value: Raw::Text(text),
                ..
            }) = self.rest.get(key)
            {
                into.clone_from(text);
            }
        };
        text("policy.role_prefix", &mut policy.role_prefix);
        text("policy.app_prefix", &mut policy.app_prefix);
        text("policy.owners_suffix", &mut policy.owners_suffix);
        if let Some(Sourced {
            value: Raw::Bool(true),
            ..
        }) = self.rest.get("policy.require_descriptions")
        {
            policy.descriptions = Descriptions::Required;
        }
        policy
    }

    /// The rules of the house, with the users they name as they are in `world`.
    pub(crate) fn policy(&self, world: &World) -> Result<Policy, BadUsage> {
        let mut faults = Vec::new();
        let mut people = |key: &str| {
            let Some(Sourced {
                value: Raw::List(logins),
                source,
            }) = self.rest.get(key)
            else {
                return Vec::new();
            };
            let found = logins.iter().filter_map(|login| {
                let user = world.find_user(login);
                if user.is_none() {
                    let known = world.users().map(|user| user.login.as_str());
                    let meant = or_meant(login, known, "create them first, or leave them out");
                    faults.push(format!(
                        "{source}: `{key}` names `{login}`, and there is no such user{meant}"
                    ));
                }
                user.map(|user| user.id)
            });
            found.collect()
        };
        let (app_creators, app_group_deleters) = (
            people("policy.app_creators"),
            people("policy.app_group_deleters"),
        );
        if !faults.is_empty() {
            return Err(BadUsage(faults.join("\nerror: ")));
        }
        Ok(Policy {
            app_creators,
            app_group_deleters,
            ..self.policy_without_people()
        })
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.rest.get(key) {
            Some(Sourced {
                value: Raw::Text(text),
                ..
            }) => Some(text),
            _ => None,
        }
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        match self.rest.get(key) {
            Some(Sourced {
                value: Raw::List(list),
                ..
            }) => Some(list.clone()),
            _ => None,
        }
    }

    /// What the program is told about how it works, with the rules of the house as they are.
    pub(crate) fn settings(&self, policy: Policy) -> Settings {
        Settings {
            policy,
            subject_types: self.subject_types(),
        }
    }

    /// The types of subject that are users of the store.
    pub(crate) fn subject_types(&self) -> Vec<String> {
        self.list("decisions.subject_types")
            .unwrap_or_else(|| Settings::default().subject_types)
    }

    /// What the key that signs what browsers hold is made of, where that is configured.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match self.rest.get(SECRET) {
            Some(Sourced {
                value: Raw::Secret(secret),
                ..
            }) => Some(secret),
            _ => None,
        }
    }

    /// How the decision point works.
    pub(crate) fn decisions(&self) -> Decisions {
        let sample = self
            .text("decisions.log_sample")
            .and_then(|text| text.parse().ok());
        Decisions {
            log_sample: sample.unwrap_or_default(),
            log_properties: self.list("decisions.log_properties").unwrap_or_default(),
            public_url: self.text("public_url").map(str::to_owned),
        }
    }

    /// The file that decisions are made from, brought in at each start.
    pub(crate) fn decisions_file(&self) -> Option<PathBuf> {
        self.text("decisions.policy").map(PathBuf::from)
    }

    /// Every setting with its value and source, for `doctor`; secrets are not shown.
    pub(crate) fn shown(&self) -> Vec<(String, String, Source)> {
        let key = if matches!(self.place.value, Place::File(_)) {
            "data"
        } else {
            "database"
        };
        let mut all = vec![
            (
                key.to_owned(),
                self.place.value.shown(),
                self.place.source.clone(),
            ),
            (
                "listen".into(),
                self.listen.value.to_string(),
                self.listen.source.clone(),
            ),
            (
                "log".into(),
                self.log.value.clone(),
                self.log.source.clone(),
            ),
        ];
        let defaults = Policy::default();
        for (key, _) in KEYS.iter().filter(|(key, _)| !FIELDS.contains(key)) {
            let default = match *key {
                "public_url" => "the address asked".to_owned(),
                SECRET => "made once, kept in the database".to_owned(),
                "decisions.policy" => "none".to_owned(),
                "decisions.subject_types" => "user".to_owned(),
                "decisions.log_sample" => "0".to_owned(),
                "policy.role_prefix" => defaults.role_prefix.clone(),
                "policy.app_prefix" => defaults.app_prefix.clone(),
                "policy.owners_suffix" => defaults.owners_suffix.clone(),
                "policy.require_descriptions" => "false".to_owned(),
                _ => "nobody".to_owned(),
            };
            let (value, source) = match self.rest.get(key) {
                None => (default, Source::Default),
                Some(Sourced { value, source }) => (
                    match value {
                        Raw::Text(text) => text.clone(),
                        Raw::Bool(yes) => yes.to_string(),
                        Raw::List(list) => list.join(", "),
                        Raw::Secret(secret) => secret.to_string(),
                    },
                    source.clone(),
                ),
            };
            all.push(((*key).to_owned(), value, source));
        }
        let tokens = self.tokens.iter().map(|token| {
            (
                format!("token `{}`", token.name),
                token.shown(),
                token.source.clone(),
            )
        });
        all.extend(tokens);
        all
    }
}

/// A number from 0 to 1, as it was written.
fn share_of(text: &str) -> Option<Raw> {
    let share: f64 = text.parse().ok()?;
    (0.0..=1.0)
        .contains(&share)
        .then(|| Raw::Text(text.to_owned()))
}

/// A secret that is long enough to sign with, or what is wrong with it.
fn signing(
    text: &str,
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Secret, String> {
    let secret = Secret::read(text, folder, environment)?;
    match secret.signing_key() {
        Some(_) => Ok(secret),
        None => Err(format!(
            "the secret is shorter than {} bytes; make one with `openssl rand -hex 32`",
            SigningKey::LEAST
        )),
    }
}

fn from_environment(environment: &BTreeMap<String, String>, faults: &mut Vec<String>) -> Layer {
    let mut layer = Layer::new();
    for (name, text) in environment {
        if !name.starts_with(PREFIX)
            || NOT_OURS.contains(&name.as_str())
            || name.starts_with("PORTCULLIS_TEST_")
            || name == "PORTCULLIS_CONFIG"
        {
            continue;
        }
        let Some((key, shape)) = KEYS.iter().find(|(key, _)| variable(key) == *name) else {
            let known: Vec<_> = KEYS.iter().map(|(key, _)| variable(key)).collect();
            let known = known
                .iter()
                .map(String::as_str)
                .chain(["PORTCULLIS_CONFIG"]);
            let meant = or_meant(
                name,
                known,
                "`portcullis doctor` lists the settings there are",
            );
            faults.push(format!(
                "the environment has `{name}`, which no setting is called{meant}"
            ));
            continue;
        };
        let value = match (shape, text.trim().to_lowercase().as_str()) {
            (Shape::Text, _) => Raw::Text(text.clone()),
            (Shape::Bool, "true" | "1" | "yes") => Raw::Bool(true),
            (Shape::Bool, "false" | "0" | "no") => Raw::Bool(false),
            (Shape::Bool, _) => {
                faults.push(format!(
                    "{name}: `{text}` is neither true nor false; write one of them"
                ));
                continue;
            }
            (Shape::Share, share) => match share_of(share) {
                Some(value) => value,
                None => {
                    faults.push(format!(
                        "{name}: `{text}` is no number from 0 to 1; write one"
                    ));
                    continue;
                }
            },
            (Shape::Secret, _) => match signing(text, Path::new(""), environment) {
                Ok(secret) => Raw::Secret(secret),
                Err(wrong) => {
                    faults.push(format!("{name}: {wrong}"));
                    continue;
                }
            },
            (Shape::List, _) => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Raw::List(items.map(str::to_owned).collect())
            }
        };
        layer.insert(
            key,
            Sourced {
                value,
                source: Source::Environment(name.clone()),
            },
        );
    }
    layer
}

fn from_flags(flags: &Where, listen: Option<&str>) -> Layer {
    let data = flags
        .data
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    let given = [
        ("data", "--data", data),
        ("database", "--database", flags.database.clone()),
        ("listen", "--listen", listen.map(str::to_owned)),
    ];
    let given = given.into_iter().filter_map(|(key, flag, text)| {
        Some((
            key,
            Sourced {
                value: Raw::Text(text?),
                source: Source::Flag(flag),
            },
        ))
    });
    given.collect()
}

#[cfg(test)]
mod tests;
