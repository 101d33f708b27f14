//! `portcullis.toml`: known names only, each value with its line.

use std::{collections::BTreeMap, ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::{
    listed::{LISTS, Listed},
    sections::Config,
    value::{Source, Text, Written},
};
use crate::failure::or_meant;

/// A file being read.
pub(super) struct File<'a> {
    path: &'a Path,
    text: &'a str,
    environment: &'a BTreeMap<String, String>,
}

/// Overlays `config` with what a file says; everything wrong with it goes to `faults`.
pub(super) fn read(
    path: &Path,
    text: &str,
    environment: &BTreeMap<String, String>,
    config: &mut Config,
    faults: &mut Vec<String>,
) {
    let file = File {
        path,
        text,
        environment,
    };
    match DeTable::parse(text) {
        Ok(table) => file.table(table.get_ref(), "", config, faults),
        Err(error) => {
            let at = error.span().map_or_else(
                || path.display().to_string(),
                |span| file.source(&span).to_string(),
            );
            let quoted = error.span().and_then(|span| in_quotes(text, span.start));
            let wrong = match quoted {
                Some(quoted) => format!("a text stands in quotes; write {quoted}"),
                None => {
                    let wrong = error.message().trim().replace('\n', ", ");
                    format!("{wrong}; correct the line")
                }
            };
            faults.push(format!("{at}: {wrong}"));
        }
    }
}

/// The setting on the line at `offset` with its value in quotes, if what is wrong is that it has none.
fn in_quotes(text: &str, offset: usize) -> Option<String> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next()?;
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.split('#').next()?.trim());
    let plain = |c: char| !c.is_control() && !"\"'[]{}\\,".contains(c);
    if value.is_empty() || !value.chars().all(plain) {
        return None;
    }
    let quoted = format!("{key} = \"{value}\"");
    // Only where the quotes are what it lacks.
    let reads = DeTable::parse(&quoted).is_ok();
    reads.then_some(quoted)
}

impl File<'_> {
    fn source(&self, span: &Range<usize>) -> Source {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Source::File(self.path.to_owned(), line)
    }

    fn written<'a>(&'a self, span: &Range<usize>, value: &'a DeValue<'a>) -> Written<'a> {
        Written {
            text: Text::Toml(value),
            source: self.source(span),
            folder: self.path.parent().unwrap_or(Path::new("")),
            environment: self.environment,
        }
    }

    /// Reads the table whose settings' names start with `prefix`.
    fn table(
        &self,
        table: &DeTable<'_>,
        prefix: &str,
        config: &mut Config,
        faults: &mut Vec<String>,
    ) {
        let rows = config.rows();
        let names = rows.iter().map(|row| row.key);
        let names = names.chain(LISTS.iter().map(|(name, _)| *name));
        let known = names.filter_map(|name| name.strip_prefix(prefix));
        let known: Vec<_> = known.collect();
        for (key, value) in table {
            let (name, written) = (key.get_ref(), self.written(&key.span(), value.get_ref()));
            let at = &written.source;
            let full = format!("{prefix}{name}");
            let inner = format!("{name}.");
            let is_table = known.iter().any(|known| known.starts_with(&inner));
            let list = LISTS.iter().find(|(name, _)| *name == full);
            match (value.get_ref(), list) {
                (DeValue::Array(items), Some((_, read))) => {
                    for item in items {
                        match item.get_ref() {
                            DeValue::Table(table) => {
                                read(self, table, &item.span(), config, faults);
                            }
                            _ => faults.push(format!(
                                "{}: this is a list of tables; write [[{full}]]",
                                self.source(&item.span())
                            )),
                        }
                    }
                }
                (_, Some(_)) => {
                    faults.push(format!(
                        "{at}: `{full}` is a list of tables; write [[{full}]]"
                    ));
                }
                (DeValue::Table(table), None) if is_table => {
                    self.table(table, &format!("{full}."), config, faults);
                }
                (_, None) if is_table => {
                    faults.push(format!("{at}: `{full}` is a table; write [{full}]"));
                }
                (_, None) => {
                    let inside = match prefix.strip_suffix('.') {
                        Some(table) => format!(" in [{table}]"),
                        None => String::new(),
                    };
                    let names = known
                        .iter()
                        .map(|known| known.split('.').next().unwrap_or(known));
                    let read = config
                        .overlay(&full, &written)
                        .unwrap_or_else(|| Err(unknown(at, name, &inside, names)));
                    faults.extend(read.err());
                }
            }
        }
    }

    /// Reads one table of a list.
    pub(super) fn listed<T: Listed>(
        &self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        config: &mut Config,
        faults: &mut Vec<String>,
    ) {
        let mut item = T::default();
        let inside = format!(" in [[{}]]", T::NAME);
        let before = faults.len();
        for (key, value) in table {
            let (name, written) = (key.get_ref(), self.written(&key.span(), value.get_ref()));
            let read = item.overlay(name, &written).unwrap_or_else(|| {
                let known = item.rows().into_iter().map(|row| row.key);
                Err(unknown(&written.source, name, &inside, known))
            });
            faults.extend(read.err());
        }
        if faults.len() == before {
            let taken = item.take(&self.source(span), config);
            faults.extend(taken.err().into_iter().flatten());
        }
    }
}

fn unknown<'a>(
    at: &Source,
    name: &str,
    inside: &str,
    known: impl Iterator<Item = &'a str>,
) -> String {
    let mut known: Vec<_> = known.collect();
    known.dedup();
    let otherwise = format!("known are {}", known.join(", "));
    let meant = or_meant(name, known, &otherwise);
    format!("{at}: there is no key `{name}`{inside}{meant}")
}
