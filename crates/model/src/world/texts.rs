//! What people, groups and roles are called, folded and side by side, so that one search reads a
//! few megabytes in order instead of following a hundred thousand pointers.

use std::{fmt::Write, sync::Arc};

use imbl::Vector;

use super::ix::Ix;
use crate::name;

/// Entries that share one text.
const CHUNK: usize = 64;
/// Lines of an entry: two that rank, and one that only lets it be found.
const LINES: usize = 3;

/// Entries by number. Each chunk is one text of `CHUNK * LINES` lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(Vector<Arc<str>>);

impl Texts {
    /// What entry `ix` is found by from now on.
    pub(super) fn set(&mut self, ix: Ix, lines: [&str; LINES]) {
        let (chunk, at) = (ix as usize / CHUNK, ix as usize % CHUNK);
        while self.0.len() <= chunk {
            self.0.push_back("\n".repeat(CHUNK * LINES).into());
        }
        let Some(text) = self.0.get_mut(chunk) else {
            return;
        };
        let mut new = String::with_capacity(text.len() + 64);
        for (i, line) in text.split_inclusive('\n').enumerate() {
            if i / LINES == at {
                // A line break inside would move every entry behind it.
                let folded = name::key(lines[i % LINES]).replace(['\n', '\r'], " ");
                let _ = writeln!(new, "{folded}");
            } else {
                new.push_str(line);
            }
        }
        *text = new.into();
    }

    /// Entry `ix` is found no more.
    pub(super) fn clear(&mut self, ix: Ix) {
        if (ix as usize / CHUNK) < self.0.len() {
            self.set(ix, [""; LINES]);
        }
    }

    /// The entries with `query`, which is folded already, in some line.
    pub(super) fn matching<'a>(
        &'a self,
        query: &'a str,
    ) -> impl Iterator<Item = (Ix, [&'a str; LINES])> {
        let first = (0..).step_by(CHUNK);
        first
            .zip(&self.0)
            .filter(move |(_, text)| text.contains(query))
            .flat_map(|(first, text)| {
                let mut lines = text.split('\n');
                (first..first + CHUNK as Ix).map(move |ix| {
                    let mut next = || lines.next().unwrap_or_default();
                    (ix, [next(), next(), next()])
                })
            })
    }
}

/// Whether `query` stands in `text`, whatever the case of either; an empty query stands anywhere.
#[must_use]
pub fn contains(text: &str, query: &str) -> bool {
    if query.is_ascii() && text.is_ascii() {
        let query = query.trim().as_bytes();
        return query.is_empty()
            || text
                .as_bytes()
                .windows(query.len())
                .any(|w| w.eq_ignore_ascii_case(query));
    }
    text.to_lowercase().contains(&name::key(query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_place_whatever_its_neighbours_say() {
        let mut texts = Texts::default();
        for ix in 0..200 {
            texts.set(ix, [&format!("Name{ix}"), "", "two\nlines"]);
        }
        texts.set(70, ["Ärger", "x", ""]);
        texts.clear(71);
        let entry = |ix: Ix, query| texts.matching(query).find(|(at, _)| *at == ix).unwrap().1;
        assert_eq!(entry(69, "name69"), ["name69", "", "two lines"]);
        assert_eq!(entry(70, "ärger"), ["ärger", "x", ""]);
        assert_eq!(entry(71, "name72"), ["", "", ""]);
        assert_eq!(entry(72, "name72"), ["name72", "", "two lines"]);
        assert_eq!(texts.matching("name71").count(), 0);
    }
}
