//! `portcullis.toml`: known names only, each value with its line.

use std::{collections::BTreeMap, path::Path};

use toml::de::{DeTable, DeValue};

use super::{
    KEYS, Layer, Raw, Shape, Source, Sourced, share_of, signing,
    token::{self, ConfiguredToken},
};
use crate::failure::or_meant;

/// What a file says.
#[derive(Default)]
pub(super) struct Read {
    pub(super) layer: Layer,
    pub(super) tokens: Vec<ConfiguredToken>,
}

/// A place in the file, for messages.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    text: &'a str,
    environment: &'a BTreeMap<String, String>,
}

impl File<'_> {
    pub(super) fn line(&self, span: &std::ops::Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    pub(super) fn at(&self, span: &std::ops::Range<usize>) -> String {
        format!("{}:{}", self.path.display(), self.line(span))
    }

    pub(super) fn source(&self, span: &std::ops::Range<usize>) -> Source {
        Source::File(self.path.to_owned(), self.line(span))
    }
}

/// Reads the text of a file; everything wrong with it goes to `faults`.
pub(super) fn read(
    path: &Path,
    text: &str,
    environment: &BTreeMap<String, String>,
    faults: &mut Vec<String>,
) -> Read {
    let file = File {
        path,
        text,
        environment,
    };
    let mut read = Read::default();
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = error
                .span()
                .map_or_else(|| path.display().to_string(), |span| file.at(&span));
            faults.push(format!(
                "{at}: {}; correct the line",
                error.message().trim().replace('\n', ", ")
            ));
            return read;
        }
    };
    for (key, value) in &table {
        match (key.get_ref().as_ref(), value.get_ref()) {
            (table @ ("policy" | "decisions"), DeValue::Table(settings)) => {
                for (key, value) in settings {
                    let name = format!("{table}.{}", key.get_ref());
                    setting(
                        &file,
                        &name,
                        &key.span(),
                        value.get_ref(),
                        &mut read.layer,
                        faults,
                    );
                }
            }
            ("sinks", DeValue::Table(sinks)) => {
                for (sink, settings) in sinks {
                    let DeValue::Table(settings) = settings.get_ref() else {
                        faults.push(format!(
                            "{}: each sink is a table; write [sinks.{}]",
                            file.at(&sink.span()),
                            sink.get_ref()
                        ));
                        continue;
                    };
                    for (key, value) in settings {
                        let name = format!("sinks.{}.{}", sink.get_ref(), key.get_ref());
                        let (span, value) = (key.span(), value.get_ref());
                        setting(&file, &name, &span, value, &mut read.layer, faults);
                    }
                }
            }
            ("token", DeValue::Array(tokens)) => {
                for token in tokens {
                    match token.get_ref() {
                        DeValue::Table(table) => {
                            read.tokens
                                .extend(token::read(&file, &token.span(), table, faults));
                        }
                        _ => faults.push(format!(
                            "{}: a token is a table; write [[token]]",
                            file.at(&token.span())
                        )),
                    }
                }
            }
            (table @ ("policy" | "decisions" | "sinks"), _) => faults.push(format!(
                "{}: `{table}` is a table; write [{table}]",
                file.at(&key.span())
            )),
            ("token", _) => faults.push(format!(
                "{}: tokens are a list of tables; write [[token]]",
                file.at(&key.span())
            )),
            (name, value) => setting(&file, name, &key.span(), value, &mut read.layer, faults),
        }
    }
    read
}

fn setting(
    file: &File<'_>,
    name: &str,
    span: &std::ops::Range<usize>,
    value: &DeValue<'_>,
    layer: &mut Layer,
    faults: &mut Vec<String>,
) {
    let at = file.at(span);
    let Some((key, shape)) = KEYS.iter().find(|(key, _)| *key == name) else {
        let (table, short) = name.rsplit_once('.').unwrap_or(("", name));
        let here = KEYS.iter().filter_map(|(key, _)| {
            if table.is_empty() {
                (!key.contains('.')).then_some(*key)
            } else {
                key.strip_prefix(table)?.strip_prefix('.')
            }
        });
        let tables = if table.is_empty() {
            &["policy", "decisions", "sinks", "token"][..]
        } else {
            &[]
        };
        let known: Vec<_> = here.chain(tables.iter().copied()).collect();
        let otherwise = format!("known are {}", known.join(", "));
        let inside = if table.is_empty() {
            String::new()
        } else {
            format!(" in [{table}]")
        };
        faults.push(format!(
            "{at}: there is no key `{short}`{inside}{}",
            or_meant(short, known, &otherwise)
        ));
        return;
    };
    // What a file names is beside it, wherever the program is started.
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let raw = match (shape, value) {
        (Shape::Secret, DeValue::String(text)) => match signing(text, folder, file.environment) {
            Ok(secret) => Some(Raw::Secret(secret)),
            Err(wrong) => {
                faults.push(format!("{at}: `{name}`: {wrong}"));
                return;
            }
        },
        (Shape::Text, DeValue::String(text)) if matches!(*key, "data" | "decisions.policy") => {
            Some(Raw::Text(
                folder.join(text.as_ref()).to_string_lossy().into_owned(),
            ))
        }
        (Shape::Text, DeValue::String(text)) => Some(Raw::Text(text.to_string())),
        (Shape::Share, DeValue::Float(share)) => share_of(share.as_str()),
        (Shape::Share, DeValue::Integer(share)) => share_of(share.as_str()),
        (Shape::Bool, DeValue::Boolean(yes)) => Some(Raw::Bool(*yes)),
        (Shape::List, DeValue::Array(items)) => {
            let items: Option<Vec<_>> = items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect();
            items.map(Raw::List)
        }
        _ => None,
    };
    match raw {
        Some(value) => {
            layer.insert(
                key,
                Sourced {
                    value,
                    source: file.source(span),
                },
            );
        }
        None => {
            let wanted = match shape {
                Shape::Text | Shape::Secret => "a text in quotes",
                Shape::Bool => "true or false",
                Shape::List => "a list of texts, as in [\"ana\", \"ben\"]",
                Shape::Share => "a number from 0 to 1",
            };
            faults.push(format!("{at}: `{name}` takes {wanted}; write that"));
        }
    }
}
