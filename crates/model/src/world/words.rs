//! The words by which something is found, in order, so that those that begin alike stand side by
//! side. Versions of the world share the tree: a change costs what its own words cost.

use imbl::OrdSet;

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

    /// The first word after it, unless it is the last there may be.
    fn next(mut self) -> Option<Self> {
        for byte in self.0.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                return Some(self);
            }
        }
        None
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
    fn of(text: &[u8]) -> Self {
        let letters = text.iter().take_while(|byte| **byte != 0);
        Self(letters.fold(0, |all, byte| all | 1 << (byte % 32)))
    }

    const fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A word, and what it finds where. INVARIANT: the letters are the word's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<T> {
    word: Word,
    place: Place,
    item: T,
    letters: Letters,
}

impl<T> Entry<T> {
    fn new(word: Word, place: Place, item: T) -> Self {
        Self {
            word,
            place,
            item,
            letters: Letters::of(&word.0),
        }
    }
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

/// The words of everything of a kind.
#[derive(Clone, Debug)]
pub(super) struct Words<T: Ord>(OrdSet<Entry<T>>);

impl<T: Ord> Default for Words<T> {
    fn default() -> Self {
        Self(OrdSet::new())
    }
}

/// What a needle finds in an index.
pub(super) struct Hit<T> {
    pub(super) item: T,
    pub(super) rank: Rank,
    /// Whether the texts must be read to be sure.
    pub(super) unsure: bool,
}

impl<T: Item> Words<T> {
    /// `item` is found by `after` and no more by `before`.
    pub(super) fn edit(&mut self, item: T, before: &Listed, after: &Listed) {
        for (word, place) in before {
            if after.binary_search(&(*word, *place)).is_err() {
                self.0.remove(&Entry::new(*word, *place, item));
            }
        }
        for (word, place) in after {
            if before.binary_search(&(*word, *place)).is_err() {
                self.0.insert(Entry::new(*word, *place, item));
            }
        }
    }

    /// What has for each word of the needle one that begins with it, in order.
    pub(super) fn beginning(&self, needle: &Needle) -> Vec<Hit<T>> {
        // The longest first: it leaves the fewest to compare.
        let mut order: Vec<usize> = (0..needle.0.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(needle.0[*at].joined.len()));
        let (mut found, mut lead) = (None, Vec::new());
        for at in order {
            let of_token = self.of_token(&needle.0[at], found.as_deref());
            if at == 0 {
                lead.clone_from(&of_token);
            }
            found = Some(both(found, of_token));
        }
        let (one, long) = (needle.0.len() == 1, needle.is_long(Word::MOST));
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
            let unsure = long || !one && rank == Rank::Words && begins(&item);
            Hit { item, rank, unsure }
        };
        found.into_iter().flatten().map(hit).collect()
    }

    /// What has each word of the needle somewhere in one of its own, in order.
    pub(super) fn inside(&self, needle: &Needle) -> Vec<Hit<T>> {
        let having = |text: &str| {
            let wanted = Letters::of(text.as_bytes());
            let mut items = Vec::new();
            let mut from = Some(Word([0; Word::MOST]));
            while let Some(first) = from.take() {
                let mut last: Option<(&Entry<T>, Option<bool>)> = None;
                let mut again = 0;
                let from_there = Entry::new(first, Place::Whole, T::default());
                for entry in self.0.range(from_there..) {
                    let Entry { word, letters, .. } = entry;
                    // Many have the same word, one after another.
                    let unsure = match last {
                        Some((same, unsure)) if same.letters == *letters && same.word == *word => {
                            again += 1;
                            unsure
                        }
                        _ => {
                            again = 0;
                            let cut = || word.is_cut().then_some(true);
                            let has = letters.has_all(wanted) && word.has(text);
                            has.then_some(false).or_else(cut)
                        }
                    };
                    last = Some((entry, unsure));
                    match unsure {
                        Some(unsure) => items.push((entry.item, unsure)),
                        None if again > 32 => {
                            from = word.next();
                            break;
                        }
                        None => {}
                    }
                }
            }
            first_of_each(&mut items);
            items
        };
        let mut order: Vec<&Token> = needle.0.iter().collect();
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
            unsure,
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
        let from = Entry::new(Word::of(text), Place::Whole, T::default());
        let words = self.0.range(from..);
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
