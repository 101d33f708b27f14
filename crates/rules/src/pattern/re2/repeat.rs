//! Repeats: `*`, `+`, `?` and counts, with the bounds the dialect sets on them.

use regex_syntax::hir::{Hir, Repetition};

use super::{Node, Parser, RegexError};

/// Highest repeat count, alone or multiplied through nested repeats.
const MAX_REPEAT: u32 = 1000;

impl Parser<'_> {
    /// `*`, `+`, `?` or `{…}`; braces that do not spell a count are ordinary characters.
    pub(super) fn repeat_operator(&mut self) -> Result<Option<(u32, Option<u32>)>, RegexError> {
        let bounds = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(bounds))
    }

    fn counted(&mut self) -> Result<Option<(u32, Option<u32>)>, RegexError> {
        let Some(end) = self.rest().find('}') else {
            return Ok(None);
        };
        let body = &self.rest()[1..end];
        let figures = |text: &str| {
            let plain = !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_digit())
                && (text.len() == 1 || !text.starts_with('0'));
            // A count too long to hold is over the limit whatever it is.
            plain.then(|| text.parse::<u32>().unwrap_or(u32::MAX))
        };
        let (low, high) = body
            .split_once(',')
            .map_or((body, None), |(l, h)| (l, Some(h)));
        let Some(min) = figures(low) else {
            return Ok(None);
        };
        let max = match high {
            None => Some(min),
            Some("") => None,
            Some(text) => match figures(text) {
                Some(max) => Some(max),
                None => return Ok(None),
            },
        };
        let written = &self.rest()[..=end];
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT) {
            let message =
                format!("`{written}` repeats more than {MAX_REPEAT} times; use `*` or `+`");
            return Err(self.error(message, self.at));
        }
        if max.is_some_and(|max| max < min) {
            let message = format!("`{written}` has its bounds swapped; write the smaller first");
            return Err(self.error(message, self.at));
        }
        self.at += end + 1;
        Ok(Some((min, max)))
    }

    pub(super) fn repeat(
        &self,
        item: Node,
        min: u32,
        max: Option<u32>,
        start: usize,
        counted: bool,
    ) -> Result<Node, RegexError> {
        let mut repeats = item.repeats;
        if counted {
            repeats = match max.unwrap_or(min) {
                // `{0}` drops the item; `{0,}` repeats without a count.
                0 => {
                    if max.is_some() {
                        1
                    } else {
                        repeats
                    }
                }
                count => repeats.saturating_mul(count),
            };
            if repeats > MAX_REPEAT {
                let message = format!(
                    "nested repeats multiply to more than {MAX_REPEAT}; use smaller counts or `*`"
                );
                return Err(self.error(message, start));
            }
        }
        let hir = Hir::repetition(Repetition {
            min,
            max,
            greedy: true,
            sub: Box::new(item.hir),
        });
        Ok(Node { hir, repeats })
    }
}
