//! The words by which something is found, in order, so that those that begin alike stand side by
//! side. A change copies the runs in which its own words stand, and versions of the world share the
//! others.

use std::{cmp::Ordering, sync::Arc};

use imbl::Vector;

use super::needle::{Needle, Rank, Texts, Token, tokens};

/// The first bytes of a word, which is rarely longer. What begins with more is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word([u8; Word::MOST]);

impl Word {
    const MOST: usize = 23;

    fn of(text: &str) -> Self {
        let mut first = [0; Self::MOST];
        let len = text.len().min(Self::MOST);
        first[..len].copy_from_slice(&text.as_bytes()[..len]);
        Self(first)
    }

    fn begins(&self, text: &str) -> bool {
        let len = text.len().min(Self::MOST);
        self.0[..len] == text.as_bytes()[..len]
    }

    /// Whether it is `text`, as far as can be told.
    fn is(&self, text: &str) -> bool {
        self.begins(text) && self.0.get(text.len()).is_none_or(|byte| *byte == 0)
    }

    fn has(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let (Some(first), Some(last)) = (text.first(), Self::MOST.checked_sub(text.len())) else {
            return false;
        };
        let places = self.0.iter().take(last + 1).take_while(|byte| **byte != 0);
        let mut places = places.enumerate().filter(|(_, byte)| *byte == first);
        places.any(|(at, _)| self.0[at..].starts_with(text))
    }

    /// Whether more of it may be left out.
    fn is_cut(&self) -> bool {
        self.0[Self::MOST - 1] != 0
    }
}

/// Where a word stands in what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// It is a name.
    Whole,
    /// A name begins with it.
    First,
    /// It stands in a name.
    Name,
    /// It stands in what else is known.
    Detail,
    /// It stands in the name of something that is conferred.
    Confers,
}

/// Which letters a text has, as bits: what has not all of a piece's has not the piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Letters(u32);

impl Letters {
    /// Of a word that is cut, all: what it has is not known.
    fn of(word: &Word) -> Self {
        if word.is_cut() {
            return Self(u32::MAX);
        }
        Self::in_text(&word.0)
    }

    fn in_text(text: &[u8]) -> Self {
        let letters = text.iter().take_while(|byte| **byte != 0);
        Self(letters.fold(0, |all, byte| all | 1 << (byte % 32)))
    }

    const fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A word, and what it finds where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<T> {
    word: Word,
    place: Place,
    item: T,
}

/// So many entries stand side by side at most: few enough to be copied where one of them changes, and
/// enough that looking through all is looking through memory in order.
const RUN: usize = 256;

/// Entries in order, never none. INVARIANT: `letters` are those of the words, one for one.
#[derive(Clone, Debug)]
struct Run<T> {
    entries: Vec<Entry<T>>,
    letters: Vec<Letters>,
}

/// Words with their places, in order.
pub(super) type Listed = Vec<(Word, Place)>;

/// The words of `texts`, each in the best of its places.
pub(super) fn listed(texts: &Texts<'_>) -> Listed {
    let mut all = Vec::new();
    for name in &texts.names {
        let tokens = tokens(name);
        for (at, token) in tokens.iter().enumerate() {
            let place = match (at, tokens.len()) {
                (0, 1) => Place::Whole,
                (0, _) => Place::First,
                _ => Place::Name,
            };
            all.push((Word::of(&token.joined), place));
            all.extend(token.parts.iter().map(|part| (Word::of(part), Place::Name)));
        }
    }
    let details = texts.details.iter().map(|text| (&**text, Place::Detail));
    let confers = texts.confers.iter().map(|text| (*text, Place::Confers));
    for (text, place) in details.chain(confers) {
        for token in tokens(text) {
            all.push((Word::of(&token.joined), place));
            all.extend(token.parts.iter().map(|part| (Word::of(part), place)));
        }
    }
    all.sort_unstable();
    all.dedup_by_key(|(word, _)| *word);
    all
}

/// The words of everything of a kind, in runs that versions of the world share. INVARIANT: in order,
/// each entry once.
#[derive(Clone, Debug)]
pub(super) struct Words<T>(Vector<Arc<Run<T>>>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(Vector::new())
    }
}

impl<T: Item> Words<T> {
    /// The run in which `entry` stands or would, and where in it.
    fn place(&self, entry: &Entry<T>) -> (usize, Result<usize, usize>) {
        // None is equal: where `entry` itself is the first, it is at or before it.
        let side = |run: &Arc<Run<T>>| match run.entries.first() {
            Some(first) if first > entry => Ordering::Greater,
            _ => Ordering::Less,
        };
        let (Ok(behind) | Err(behind)) = self.0.binary_search_by(side);
        let run = behind.saturating_sub(1);
        let at = self.0.get(run);
        (
            run,
            at.map_or(Err(0), |run| run.entries.binary_search(entry)),
        )
    }

    fn insert(&mut self, entry: Entry<T>) {
        let (at, Err(place)) = self.place(&entry) else {
            return;
        };
        let letters = Letters::of(&entry.word);
        let Some(run) = self.0.get_mut(at) else {
            let (entries, letters) = (vec![entry], vec![letters]);
            self.0.push_back(Arc::new(Run { entries, letters }));
            return;
        };
        let run = Arc::make_mut(run);
        run.entries.insert(place, entry);
        run.letters.insert(place, letters);
        if run.entries.len() > RUN {
            let entries = run.entries.split_off(RUN / 2);
            let letters = run.letters.split_off(RUN / 2);
            self.0.insert(at + 1, Arc::new(Run { entries, letters }));
        }
    }

    fn remove(&mut self, entry: &Entry<T>) {
        let (at, Ok(place)) = self.place(entry) else {
            return;
        };
        if let Some(run) = self.0.get_mut(at) {
            let run = Arc::make_mut(run);
            run.entries.remove(place);
            run.letters.remove(place);
            if run.entries.is_empty() {
                self.0.remove(at);
            }
        }
    }

    /// The entries from where `entry` stands or would.
    fn from(&self, entry: &Entry<T>) -> impl Iterator<Item = &Entry<T>> {
        let (at, Ok(place) | Err(place)) = self.place(entry);
        let runs = self.0.focus().narrow(at.min(self.0.len())..).into_iter();
        runs.flat_map(|run| &run.entries).skip(place)
    }
}

/// What a needle finds in an index.
pub(super) struct Hit<T> {
    pub(super) item: T,
    pub(super) rank: Rank,
    pub(super) sure: Sure,
}

/// What of a hit is sure without reading the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// That it is one, and its rank.
    Rank,
    /// That it is one, of this rank or a better.
    Hit,
    /// Nothing.
    Nothing,
}

impl<T: Item> Words<T> {
    /// `item` is found by `after` and no more by `before`.
    pub(super) fn edit(&mut self, item: T, before: &Listed, after: &Listed) {
        for (word, place) in before {
            if after.binary_search(&(*word, *place)).is_err() {
                self.remove(&Entry {
                    word: *word,
                    place: *place,
                    item,
                });
            }
        }
        for (word, place) in after {
            if before.binary_search(&(*word, *place)).is_err() {
                self.insert(Entry {
                    word: *word,
                    place: *place,
                    item,
                });
            }
        }
    }

    /// What has for each word of the needle one that begins with it, in order.
    pub(super) fn beginning(&self, needle: &Needle) -> Vec<Hit<T>> {
        // The longest first: it leaves the fewest to compare.
        let mut order: Vec<usize> = (0..needle.tokens.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(needle.tokens[*at].joined.len()));
        let (mut found, mut lead) = (None, Vec::new());
        for at in order {
            let of_token = self.of_token(&needle.tokens[at], found.as_deref());
            if at == 0 {
                lead.clone_from(&of_token);
            }
            found = Some(both(found, of_token));
        }
        let (one, long) = (needle.tokens.len() == 1, needle.is_long(Word::MOST));
        let begins = |item: &T| {
            let at = lead.binary_search_by_key(item, |(item, _)| *item);
            at.is_ok_and(|at| lead[at].1 <= Place::First)
        };
        let hit = |(item, place)| {
            let rank = match place {
                Place::Whole if one => Rank::Is,
                Place::First if one => Rank::Begins,
                Place::Whole | Place::First | Place::Name => Rank::Words,
                Place::Detail | Place::Confers => Rank::Somewhere,
            };
            let sure = match rank {
                _ if long => Sure::Nothing,
                Rank::Words if !one && begins(&item) => Sure::Hit,
                _ => Sure::Rank,
            };
            Hit { item, rank, sure }
        };
        found.into_iter().flatten().map(hit).collect()
    }

    /// What has each word of the needle somewhere in one of its own, in order.
    pub(super) fn inside(&self, needle: &Needle) -> Vec<Hit<T>> {
        let having = |text: &str| {
            let wanted = Letters::in_text(text.as_bytes());
            let mut items = Vec::new();
            for run in &self.0 {
                // Many have the same word, one after another.
                let mut last: Option<(Word, Option<bool>)> = None;
                let entries = run.letters.iter().zip(&run.entries);
                for (_, entry) in entries.filter(|(letters, _)| letters.has_all(wanted)) {
                    let Entry { word, item, .. } = entry;
                    let unsure = last.filter(|(same, _)| same == word).map_or_else(
                        || {
                            let cut = || word.is_cut().then_some(true);
                            word.has(text).then_some(false).or_else(cut)
                        },
                        |(_, unsure)| unsure,
                    );
                    last = Some((*word, unsure));
                    items.extend(unsure.map(|unsure| (*item, unsure)));
                }
            }
            first_of_each(&mut items);
            items
        };
        let mut order: Vec<&Token> = needle.tokens.iter().collect();
        order.sort_by_key(|token| std::cmp::Reverse(token.joined.len()));
        let found = order
            .into_iter()
            .fold(None, |found: Option<Vec<_>>, token| {
                if let Some(few) = found.as_deref().filter(|few| few.len() <= FEW) {
                    return Some(few.iter().map(|(item, _)| (*item, true)).collect());
                }
                let mut all = having(&token.joined);
                let parts = token.parts.iter();
                let parts = parts.fold(None, |found, part| Some(both(found, having(part))));
                all.extend(parts.into_iter().flatten());
                first_of_each(&mut all);
                Some(both(found, all))
            });
        let hit = |(item, unsure)| Hit {
            item,
            rank: Rank::Inside,
            sure: if unsure { Sure::Nothing } else { Sure::Rank },
        };
        found.into_iter().flatten().map(hit).collect()
    }

    /// What a token finds, in order and each once, with the best place; of `within` only.
    fn of_token(&self, token: &Token, within: Option<&[(T, Place)]>) -> Vec<(T, Place)> {
        let mut all = self.of_word(&token.joined, within);
        let parts = token.parts.iter();
        let parts = parts.fold(None, |found: Option<Vec<_>>, part| {
            let of_part = self.of_word(part, found.as_deref().or(within));
            Some(both(found, of_part))
        });
        if let Some(parts) = parts {
            // Parts that a name begins with are not the joined word that it would begin with.
            let apart = |(item, place): (T, Place)| (item, place.max(Place::Name));
            all.extend(parts.into_iter().map(apart));
            first_of_each(&mut all);
        }
        all
    }

    fn of_word(&self, text: &str, within: Option<&[(T, Place)]>) -> Vec<(T, Place)> {
        let first = Entry {
            word: Word::of(text),
            place: Place::Whole,
            item: T::default(),
        };
        let words = self.from(&first);
        let mut all: Vec<(T, Place)> = words
            .take_while(|entry| entry.word.begins(text))
            .filter(|entry| {
                within.is_none_or(|all| {
                    let at = all.binary_search_by_key(&entry.item, |(item, _)| *item);
                    at.is_ok()
                })
            })
            .map(|entry| match entry.place {
                Place::Whole if !entry.word.is(text) => (entry.item, Place::First),
                place => (entry.item, place),
            })
            .collect();
        first_of_each(&mut all);
        all
    }
}

/// The texts of so many are read in less time than all words are looked through once more.
const FEW: usize = 4096;

/// What is found by words: told by a number of which nearly all are taken, or by an id.
pub(super) trait Item: Copy + Ord + Default {
    fn number(self) -> Option<usize>;
}

impl Item for u32 {
    fn number(self) -> Option<usize> {
        Some(self as usize)
    }
}

impl Item for uuid::Uuid {
    fn number(self) -> Option<usize> {
        None
    }
}

/// Puts the items in order, each once with the least of what is said of it.
fn first_of_each<T: Item, P: Copy + Ord>(all: &mut Vec<(T, P)>) {
    let most = all.iter().filter_map(|(item, _)| item.number()).max();
    // Many are put in order by looking at each number there is.
    if let Some(most) = most.filter(|most| all.len() > most / 16) {
        let mut best: Vec<Option<(T, P)>> = vec![None; most + 1];
        for (item, said) in all.drain(..) {
            let place = item.number().and_then(|number| best.get_mut(number));
            if let Some(place) = place
                && place.is_none_or(|(_, other)| said < other)
            {
                *place = Some((item, said));
            }
        }
        all.extend(best.into_iter().flatten());
        return;
    }
    all.sort_unstable();
    all.dedup_by_key(|(item, _)| *item);
}

/// What is in both, with the greater of what is said of it.
fn both<T: Ord, P: Copy + Ord>(found: Option<Vec<(T, P)>>, more: Vec<(T, P)>) -> Vec<(T, P)> {
    let Some(found) = found else { return more };
    let worse = |(item, said): (T, P)| {
        let at = found.binary_search_by(|(other, _)| other.cmp(&item)).ok()?;
        Some((item, said.max(found[at].1)))
    };
    more.into_iter().filter_map(worse).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn runs_are_a_set_in_order_that_is_read_from_anywhere() {
        let word = |n: u32| Word::of(&format!("w{:04}", n.wrapping_mul(7919) % 2_000));
        let entry = |n: u32| Entry {
            word: word(n),
            place: if n.is_multiple_of(3) {
                Place::Name
            } else {
                Place::Detail
            },
            item: n % 5,
        };
        let (mut words, mut expected) = (Words::default(), BTreeSet::new());
        let read = |words: &Words<u32>, from: &Entry<u32>| -> Vec<Entry<u32>> {
            words.from(from).copied().collect()
        };
        for n in 0..6_000 {
            words.insert(entry(n));
            expected.insert(entry(n));
        }
        let before = (words.clone(), expected.clone());
        for n in (0..6_000_u32).filter(|n| !n.is_multiple_of(7)) {
            words.remove(&entry(n));
            expected.remove(&entry(n));
        }
        for (words, expected) in [before, (words, expected)] {
            for n in (0..6_000).step_by(97) {
                let from = entry(n);
                let rest: Vec<_> = expected.range(from..).copied().collect();
                assert_eq!(read(&words, &from), rest);
            }
            for run in &words.0 {
                let letters = run.entries.iter().map(|entry| Letters::of(&entry.word));
                assert_eq!(letters.collect::<Vec<_>>(), run.letters);
                assert!(!run.entries.is_empty() && run.entries.len() <= RUN);
            }
        }
    }

    #[test]
    fn the_last_to_leave_leaves_nothing() {
        let mut words = Words::default();
        let entry = Entry {
            word: Word::of("ada"),
            place: Place::Whole,
            item: 1,
        };
        words.remove(&entry);
        words.insert(entry);
        words.insert(entry);
        assert_eq!(words.from(&entry).count(), 1);
        words.remove(&entry);
        assert_eq!((words.from(&entry).count(), words.0.len()), (0, 0));
    }
}
