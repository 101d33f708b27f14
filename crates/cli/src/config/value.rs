//! One setting: what is written, what it becomes, and where it came from.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use toml::de::DeValue;

use super::environment::Environment;

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// Where a value came from; the later overlays the earlier.
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

/// What stands in one place for one setting.
pub(crate) struct Written<'a> {
    pub(super) text: Text<'a>,
    pub(super) source: Source,
    /// What paths are relative to: what a file names is beside it, wherever the program is started.
    pub(super) folder: &'a Path,
    pub(super) environment: &'a Environment,
}

/// The text of a variable or flag, or a value of a file.
#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    Plain(&'a str),
    Toml(&'a DeValue<'a>),
}

/// The value of a whole number in a file, for types whose text is one.
pub(super) fn of_integer<T: Value>(
    value: &DeValue<'_>,
    written: &Written<'_>,
) -> Option<Result<T, String>> {
    let number = value.as_integer()?;
    Some(T::parse(number.as_str(), written))
}

/// A type of settings.
pub(crate) trait Value: Sized {
    /// What a file has for it.
    const WANTED: &'static str = "a text in quotes";

    /// The value of a text, or what is wrong with it and what to do.
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String>;

    /// The value of what a file has; `None` where that is of another type.
    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        value.as_str().map(|text| Self::parse(text, written))
    }

    /// Why it is a secret that is not there, if it is one.
    fn missing(&self) -> Option<&str> {
        None
    }

    /// As it may be shown.
    fn shown(&self) -> String;
}

impl<T: Value> Sourced<T> {
    pub(super) const fn default_of(value: T) -> Self {
        Self {
            value,
            source: Source::Default,
        }
    }

    /// Overlays the value with what is written for `key`.
    pub(super) fn overlay(&mut self, key: &str, written: &Written<'_>) -> Result<(), String> {
        let source = written.source.clone();
        let read = match written.text {
            Text::Plain(text) => T::parse(text, written),
            Text::Toml(value) => T::of_toml(value, written)
                .ok_or_else(|| format!("{source}: `{key}` takes {}; write that", T::WANTED))?,
        };
        let told = |wrong: &str| match &source {
            Source::File(..) => format!("{source}: `{key}`: {wrong}"),
            _ => format!("{source}: {wrong}"),
        };
        let value = read.map_err(|wrong| told(&wrong))?;
        if let Some(why) = value.missing() {
            written.environment.lacks(told(why));
        }
        *self = Self { value, source };
        Ok(())
    }
}

impl Value for String {
    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        Ok(written.folder.join(text))
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl Value for bool {
    const WANTED: &'static str = "true or false";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        match text.trim().to_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err(format!(
                "`{text}` is neither true nor false; write one of them"
            )),
        }
    }

    fn of_toml(value: &DeValue<'_>, _: &Written<'_>) -> Option<Result<Self, String>> {
        value.as_bool().map(Ok)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for SocketAddr {
    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        text.parse().map_err(|_| {
            format!("`{text}` is no address to listen on; write an IP address and a port, as in 127.0.0.1:8080")
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// The port of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Port(pub(crate) u16);

impl Value for Port {
    const WANTED: &'static str = "a number from 1 to 65535";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let port = text.trim().parse().ok().filter(|port| *port > 0);
        port.map(Self)
            .ok_or_else(|| format!("`{text}` is no port; write a number from 1 to 65535"))
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        of_integer(value, written)
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

/// Separated by commas where it is one text.
impl Value for Vec<String> {
    const WANTED: &'static str = "a list of texts, as in [\"ana\", \"ben\"]";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        let items = text.split(',').map(str::trim);
        Ok(items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn of_toml(value: &DeValue<'_>, _: &Written<'_>) -> Option<Result<Self, String>> {
        let items = value.as_array()?.iter();
        let items: Option<_> = items
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect();
        items.map(Ok)
    }

    fn shown(&self) -> String {
        self.join(", ")
    }
}

impl<T: Value> Value for Option<T> {
    const WANTED: &'static str = T::WANTED;

    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        T::parse(text, written).map(Some)
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        Some(T::of_toml(value, written)?.map(Some))
    }

    fn missing(&self) -> Option<&str> {
        self.as_ref().and_then(T::missing)
    }

    fn shown(&self) -> String {
        self.as_ref().map_or_else(String::new, T::shown)
    }
}
