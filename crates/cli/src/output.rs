//! The only place that writes to stdout, and what shows progress on stderr.

use std::{
    io::{ErrorKind, IsTerminal, Write, stdout},
    time::Duration,
};

use anyhow::{Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Whether results are for people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lines to read.
    Text,
    /// One JSON value.
    Json,
}

/// Writes the result: `value` as JSON, or the lines that `text` makes of it.
pub(crate) fn result<T: Serialize>(
    format: Format,
    value: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<()> {
    match format {
        Format::Text => line(text(value).trim_end()),
        Format::Json => {
            let pretty = stdout().is_terminal();
            let json = if pretty {
                serde_json::to_string_pretty(value)
            } else {
                serde_json::to_string(value)
            };
            line(&json?)
        }
    }
}

/// Writes one line, now. Somebody who has stopped reading (`| head`) is no failure.
pub(crate) fn line(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(anyhow!(
            "the result cannot be written: {error}; see where stdout leads"
        )),
        _ => Ok(()),
    }
}

/// Rows in columns as wide as they need to be.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `1 person`, `2 people`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A spinner that says what is being done; shown on terminals only.
pub(crate) fn spinner(doing: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(doing);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// A bar over `steps`; shown on terminals only.
pub(crate) fn bar(steps: usize, doing: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64).with_message(doing);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_tail() {
        let rows = vec![
            vec!["a".into(), "bb".into()],
            vec!["ccc".into(), "d".into(), "é".into()],
        ];
        assert_eq!(table(&rows), "a    bb\nccc  d   é\n");
    }
}
