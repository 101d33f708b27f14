//! `portcullis.toml`: known names only, each value with its line.

use std::{ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::{
    environment::Environment,
    lists::{LISTS, List},
    sections::Config,
    value::{Source, Text, Written},
};
use crate::failure::or_meant;

/// A file being read.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
    environment: &'a Environment,
}

/// Overlays `config` with what a file says; everything wrong with it goes to `faults`.
pub(super) fn read(
    path: &Path,
    text: &str,
    environment: &Environment,
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
        let known = rows.iter().filter_map(|row| row.key.strip_prefix(prefix));
        let lists = LISTS
            .iter()
            .filter_map(|list| list.name.strip_prefix(prefix));
        let known: Vec<_> = known.chain(lists).collect();
        for (key, value) in table {
            let (name, written) = (key.get_ref(), self.written(&key.span(), value.get_ref()));
            let at = &written.source;
            let full = format!("{prefix}{name}");
            let inner = format!("{name}.");
            let is_table = known.iter().any(|known| known.starts_with(&inner));
            if let Some(list) = LISTS.iter().find(|list| list.name == full) {
                self.list(list, value.get_ref(), at, config, faults);
                continue;
            }
            match value.get_ref() {
                DeValue::Table(table) if is_table => {
                    self.table(table, &format!("{full}."), config, faults);
                }
                _ if is_table => {
                    faults.push(format!("{at}: `{full}` is a table; write [{full}]"));
                }
                _ => {
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

    /// Reads all tables of a list.
    fn list(
        &self,
        list: &List,
        value: &DeValue<'_>,
        at: &Source,
        config: &mut Config,
        faults: &mut Vec<String>,
    ) {
        let name = list.name;
        let DeValue::Array(tables) = value else {
            faults.push(format!(
                "{at}: `{name}` is a list of tables; write [[{name}]]"
            ));
            return;
        };
        for table in tables {
            let span = table.span();
            match table.get_ref() {
                DeValue::Table(table) => self.entry(list, table, &span, config, faults),
                _ => faults.push(format!(
                    "{}: each of `{name}` is a table; write [[{name}]]",
                    self.source(&span)
                )),
            }
        }
    }

    /// Reads one table of a list.
    fn entry(
        &self,
        list: &List,
        table: &DeTable<'_>,
        span: &Range<usize>,
        config: &mut Config,
        faults: &mut Vec<String>,
    ) {
        let mut entry = (list.entry)();
        let before = faults.len();
        for (key, value) in table {
            let (name, written) = (key.get_ref(), self.written(&key.span(), value.get_ref()));
            let read = entry.overlay(name, &written).unwrap_or_else(|| {
                let known = entry.rows().into_iter().map(|row| row.key);
                Err(unknown(
                    &written.source,
                    name,
                    &format!(" in [[{}]]", list.name),
                    known,
                ))
            });
            faults.extend(read.err());
        }
        if faults.len() == before {
            faults.extend(
                entry
                    .add(self.source(span), config)
                    .err()
                    .into_iter()
                    .flatten(),
            );
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
