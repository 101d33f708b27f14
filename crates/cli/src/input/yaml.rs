//! Files of YAML, read as strictly as JSON is.

use std::{fmt, path::Path};

use anyhow::{Result, anyhow};
use portcullis_rules::{Number, NumberError, Objects};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{
    DuplicateKeyPolicy, Error, Location, MergeKeyPolicy, MessageFormatter as _,
    NonFiniteFloatPolicy, Options, Spanned, UserMessageFormatter, options::AliasLimits,
};

use super::{at, read};

/// A YAML file as a `T`.
///
/// Plain words mean what the core schema of YAML 1.2 says: `NO`, `yes` and `off` are texts. Merge keys,
/// several documents and anchors without measure are refused.
pub(crate) fn yaml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = read(path)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| anyhow!("`{}` is not UTF-8; save it as UTF-8", path.display()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    directives(text).map_err(|(line, message)| at(path, format!("{line}:1: {message}")))?;
    let wrong = |error: Error| {
        let (place, mut error) = (error.location(), &error);
        while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } =
            error
        {
            error = inner;
        }
        told(path, place, &sentence(error))
    };
    let read = serde_saphyr::from_str_with_options(text, options());
    let Objects(read) = read.map_err(wrong)?;
    let seen = serde_saphyr::from_str_with_options(text, options()).map_err(wrong)?;
    held(text, &seen).map_err(|(place, message)| told(path, Some(place), &message))?;
    Ok(read)
}

/// Whether what stands before the document asks for the meaning that plain words have here.
fn directives(text: &str) -> Result<(), (usize, String)> {
    let before = |line: &&str| {
        let line = line.trim_end();
        line.is_empty() || line.starts_with(['#', '%'])
    };
    for (n, line) in text.lines().take_while(before).enumerate() {
        let version = line.strip_prefix("%YAML").map(str::trim);
        let version = version.map(|said| said.split('#').next().unwrap_or_default().trim());
        if let Some(version) = version.filter(|version| *version != "1.2") {
            let message = format!(
                "`%YAML {version}` asks for rules under which other words are booleans; this is read as YAML 1.2, so write that or leave the line out"
            );
            return Err((n + 1, message));
        }
    }
    Ok(())
}

fn told(path: &Path, place: Option<Location>, message: &str) -> anyhow::Error {
    match place {
        Some(place) => at(
            path,
            format!("{}:{}: {message}", place.line(), place.column()),
        ),
        None => at(path, format!(" {message}")),
    }
}

fn options() -> Options {
    let aliases = {
        let mut limits = AliasLimits::default();
        limits.max_total_replayed_events = 100_000;
        limits.max_replay_stack_depth = 16;
        limits
    };
    serde_saphyr::options! {
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::Reject,
        reject_unsupported_tags: true,
        alias_limits: aliases,
        with_snippet: false,
    }
}

/// What is wrong with a file, in our words where the library speaks of its options.
fn sentence(error: &Error) -> String {
    let said = match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            return format!("the key `{key}` is written twice; keep one");
        }
        Error::DuplicateMappingKey { .. } => "a key is written twice; keep one",
        Error::MultipleDocuments { .. } => "there are several documents; keep one in a file",
        Error::MergeKeyNotAllowed { .. } => "merge keys (`<<`) are not read; write the keys out",
        Error::NonFiniteFloat { .. } => {
            "the number is outside the range of a double; write it as a string"
        }
        Error::NullIntoString { .. } => "expected a string, got null",
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::Budget { .. } => "it stands for too much; write out fewer aliases",
        // What it quotes from the file is not to reach a terminal as it is.
        error => {
            let said = UserMessageFormatter.format_message(error);
            return said.replace(char::is_control, " ");
        }
    };
    said.to_owned()
}

/// What stands somewhere, as far as it may not be what was written: the library gives whole numbers in
/// range as they are, and everything else as the nearest double.
enum Seen {
    Double(f64),
    Several(Vec<Spanned<Self>>),
    Other,
}

/// Looks whether each number is the one that stands in the text.
fn held(text: &str, seen: &Spanned<Seen>) -> Result<(), (Location, String)> {
    let value = match &seen.value {
        Seen::Other => return Ok(()),
        Seen::Several(all) => return all.iter().try_for_each(|seen| held(text, seen)),
        Seen::Double(value) => *value,
    };
    let span = seen.defined.span();
    let written = span
        .byte_offset()
        .zip(span.byte_len())
        .and_then(|(from, len)| {
            let (from, len) = (usize::try_from(from).ok()?, usize::try_from(len).ok()?);
            text.get(from..from.checked_add(len)?)
        });
    let written = written.unwrap_or_default().trim();
    let why = match Number::parse(&as_json(written)) {
        Ok(number) if Number::from_f64(value) == Some(number) => return Ok(()),
        Ok(_) => "would be rounded; write it without a point and an exponent".to_owned(),
        Err(NumberError::Grammar) => "is not written as in JSON; write it so".to_owned(),
        Err(error) => format!("is {error}; write it as a string"),
    };
    Err((seen.defined, format!("the number `{written}` {why}")))
}

/// A number of YAML's core schema as JSON writes it: that has no `+1`, `.5`, `5.` and `05`.
fn as_json(written: &str) -> String {
    let (sign, size) = match written.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", written.strip_prefix('+').unwrap_or(written)),
    };
    let (digits, exponent) = size.split_at(size.find(['e', 'E']).unwrap_or(size.len()));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{dot}{fraction}{exponent}")
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Seen, E> {
        Ok(Seen::Double(value))
    }

    fn visit_str<E>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Seen, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Seen::Several(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Seen, A::Error> {
        let mut all = Vec::new();
        while entries.next_key::<IgnoredAny>()?.is_some() {
            all.push(entries.next_value()?);
        }
        Ok(Seen::Several(all))
    }
}
