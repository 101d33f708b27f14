//! What is looked for, and how well it matches the texts by which something is found.

use std::{borrow::Cow, collections::BTreeSet};

use crate::letters;

/// How well something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A name is what was looked for.
    Is,
    /// A name begins with it.
    Begins,
    /// Each word begins one in a name.
    Words,
    /// Each word begins one somewhere.
    Somewhere,
    /// Each word stands inside one somewhere.
    Inside,
}

impl Rank {
    pub(super) const ALL: [Self; 5] = [
        Self::Is,
        Self::Begins,
        Self::Words,
        Self::Somewhere,
        Self::Inside,
    ];
}

/// What something is found by.
#[derive(Debug, Default)]
pub(super) struct Texts<'w> {
    pub(super) names: Vec<&'w str>,
    pub(super) details: Vec<Cow<'w, str>>,
    pub(super) confers: Vec<&'w str>,
}

/// A word, or several that are joined: `role-accountant` is also found as `role accountant` and
/// `roleaccountant`.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) joined: String,
    /// Of a name more than one, or none; of what is looked for as many as are still to be found.
    pub(super) parts: Vec<String>,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let token = |run: &str| {
        let parts = run.split(letters::joins).filter(|part| !part.is_empty());
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        let joined = parts.concat();
        if parts.len() == 1 {
            parts.clear();
        }
        (!joined.is_empty()).then_some(Token { joined, parts })
    };
    let plain = letters::plain(text);
    plain.split(letters::separates).filter_map(token).collect()
}

fn squeezed(tokens: &[Token]) -> String {
    let joined: Vec<&str> = tokens.iter().map(|token| &*token.joined).collect();
    joined.join(" ")
}

/// So many words and parts of words are looked for at most.
const MOST: usize = 12;

/// What is looked for.
#[derive(Debug)]
pub(super) struct Needle {
    pub(super) tokens: Vec<Token>,
    /// All of it, without what separates and joins its words.
    whole: String,
}

impl Needle {
    /// None where `text` has no word: it finds nothing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Nobody types more words, nor joins more; each costs a look.
        let (mut left, mut all) = (MOST, Vec::new());
        for mut token in tokens(text) {
            let mut said = BTreeSet::new();
            token.parts.retain(|part| said.insert(part.clone()));
            if left == 0 || token.parts.len() >= left && !all.is_empty() {
                break;
            }
            token.parts.truncate(left.saturating_sub(1));
            left -= 1 + token.parts.len();
            all.push(token);
        }
        (!all.is_empty()).then(|| Self {
            whole: squeezed(&all),
            tokens: all,
        })
    }

    /// How well it matches `texts`, by reading them.
    pub(super) fn rank(&self, texts: &Texts<'_>) -> Option<Rank> {
        if let Some(rank) = self.rank_whole(&texts.names) {
            return Some(rank);
        }
        let mut words: Vec<Token> = texts.names.iter().flat_map(|name| tokens(name)).collect();
        if all_in(&self.tokens, &words, |word, text| word.starts_with(text)) {
            return Some(Rank::Words);
        }
        words.extend(texts.details.iter().flat_map(|text| tokens(text)));
        words.extend(texts.confers.iter().flat_map(|text| tokens(text)));
        if all_in(&self.tokens, &words, |word, text| word.starts_with(text)) {
            return Some(Rank::Somewhere);
        }
        all_in(&self.tokens, &words, |word, text| word.contains(text)).then_some(Rank::Inside)
    }

    /// How well one of `names` is what was looked for, or begins with it.
    pub(super) fn rank_whole(&self, names: &[&str]) -> Option<Rank> {
        let rank = |name: &&str| {
            let is_all = if is_spaced(name) {
                let first = name.as_bytes().get(..self.whole.len());
                first.filter(|first| first.eq_ignore_ascii_case(self.whole.as_bytes()))?;
                name.len() == self.whole.len()
            } else {
                squeezed(&tokens(name))
                    .strip_prefix(&self.whole)?
                    .is_empty()
            };
            Some(if is_all { Rank::Is } else { Rank::Begins })
        };
        names.iter().filter_map(rank).min()
    }

    /// Whether a word of it has `most` bytes or more.
    pub(super) fn is_long(&self, most: usize) -> bool {
        let long = |text: &String| text.len() >= most;
        let mut tokens = self.tokens.iter();
        tokens.any(|token| long(&token.joined) || token.parts.iter().any(long))
    }
}

/// Whether each word of `query` stands in `text`, whatever their order, case and accents; an empty
/// query stands anywhere.
#[must_use]
pub fn contains(text: &str, query: &str) -> bool {
    contain(&[text], query)
}

/// Whether each word of `query` stands in one of `texts`.
#[must_use]
pub fn contain(texts: &[&str], query: &str) -> bool {
    let query = query.trim();
    if query.is_empty() {
        return true;
    }
    let simple = query.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if simple && texts.iter().all(|text| is_plain(text)) {
        let has = |text: &&str| {
            let mut parts = text.as_bytes().windows(query.len());
            parts.any(|part| part.eq_ignore_ascii_case(query.as_bytes()))
        };
        return texts.iter().any(has);
    }
    let words: Vec<Token> = texts.iter().flat_map(|text| tokens(text)).collect();
    let wanted = Needle::parse(query);
    wanted.is_some_and(|wanted| all_in(&wanted.tokens, &words, |word, text| word.contains(text)))
}

/// Whether each word of `query`, which has one, begins a word in one of `texts`.
#[must_use]
pub fn begin(texts: &[&str], query: &str) -> bool {
    let words: Vec<Token> = texts.iter().flat_map(|text| tokens(text)).collect();
    let wanted = Needle::parse(query);
    wanted.is_some_and(|wanted| all_in(&wanted.tokens, &words, |word, text| word.starts_with(text)))
}

/// Whether a text is in ASCII and no two words of it are joined.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii() && !letters::joins(byte.into()))
}

/// Whether a text is words in ASCII with one space between each and the next.
fn is_spaced(text: &str) -> bool {
    let mut words = text.as_bytes().split(|byte| *byte == b' ');
    words.all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_alphanumeric))
}

/// Whether each of `wanted` is in `words`, whole or in its parts.
fn all_in(wanted: &[Token], words: &[Token], holds: fn(&str, &str) -> bool) -> bool {
    let any = |text: &str| {
        let mut words = words.iter();
        words.any(|word| {
            holds(&word.joined, text) || word.parts.iter().any(|part| holds(part, text))
        })
    };
    let found = |token: &Token| {
        any(&token.joined) || !token.parts.is_empty() && token.parts.iter().all(|part| any(part))
    };
    wanted.iter().all(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_words_and_parts_are_looked_for_and_no_more_each_once() {
        let said = |text: &str| {
            let needle = Needle::parse(text)?;
            let tokens = needle.tokens.iter();
            Some(
                tokens
                    .map(|token| 1 + token.parts.len())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(said("jean-luc godard"), Some(vec![3, 1]));
        assert_eq!(said("u-u-u-v"), Some(vec![3]));
        let letters: Vec<_> = ('a'..='z').map(String::from).collect();
        for text in [
            letters.join("-"),
            letters.join(" "),
            letters.join("-").repeat(500),
            "a-b c-d e-f g-h i-j k-l".to_owned(),
            "x-y-z ".repeat(900),
        ] {
            let looks: usize = said(&text).unwrap().iter().sum();
            assert!(looks <= MOST, "{looks}");
        }
    }
}
