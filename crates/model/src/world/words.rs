//! The words by which something is found, in order, so that those that begin alike stand side by
//! side. Versions of the world share the tree: a change costs what its own words cost.

use std::borrow::Cow;

use imbl::OrdSet;

use crate::letters;

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
        (0..=last).any(|at| self.0[at] == *first && self.0[at..].starts_with(text))
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
struct Token {
    joined: String,
    /// More than one, or none.
    parts: Vec<String>,
}

fn tokens(text: &str) -> Vec<Token> {
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

/// What is looked for.
#[derive(Debug)]
pub(super) struct Needle(Vec<Token>);

impl Needle {
    /// None where `text` has no word: it finds nothing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Nobody types more words; each costs a look.
        let mut tokens = tokens(text);
        tokens.truncate(12);
        (!tokens.is_empty()).then_some(Self(tokens))
    }

    /// How well it matches `texts`, by reading them.
    pub(super) fn rank(&self, texts: &Texts<'_>) -> Option<Rank> {
        let names: Vec<Vec<Token>> = texts.names.iter().map(|name| tokens(name)).collect();
        let wanted = squeezed(&self.0);
        let squeezed: Vec<String> = names.iter().map(|name| squeezed(name)).collect();
        if squeezed.contains(&wanted) {
            return Some(Rank::Is);
        }
        if squeezed.iter().any(|name| name.starts_with(&wanted)) {
            return Some(Rank::Begins);
        }
        let mut words: Vec<Token> = names.into_iter().flatten().collect();
        if all_in(&self.0, &words, |word, text| word.starts_with(text)) {
            return Some(Rank::Words);
        }
        words.extend(texts.details.iter().flat_map(|text| tokens(text)));
        words.extend(texts.confers.iter().flat_map(|text| tokens(text)));
        if all_in(&self.0, &words, |word, text| word.starts_with(text)) {
            return Some(Rank::Somewhere);
        }
        all_in(&self.0, &words, |word, text| word.contains(text)).then_some(Rank::Inside)
    }

    /// Whether what the index says of it has to be looked up in the texts.
    fn is_long(&self) -> bool {
        let long = |text: &String| text.len() >= Word::MOST;
        let mut tokens = self.0.iter();
        tokens.any(|token| long(&token.joined) || token.parts.iter().any(long))
    }
}

/// The words of everything of a kind.
#[derive(Clone, Debug)]
pub(super) struct Words<T: Ord>(OrdSet<(Word, Place, T)>);

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
                self.0.remove(&(*word, *place, item));
            }
        }
        for (word, place) in after {
            if before.binary_search(&(*word, *place)).is_err() {
                self.0.insert((*word, *place, item));
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
        let (one, long) = (needle.0.len() == 1, needle.is_long());
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
            let mut items = Vec::new();
            let mut last: Option<(Word, Option<bool>)> = None;
            for (word, _, item) in &self.0 {
                // Many have the same word, one after another.
                let unsure = match last {
                    Some((same, unsure)) if same == *word => unsure,
                    _ if word.has(text) => Some(false),
                    _ => word.is_cut().then_some(true),
                };
                last = Some((*word, unsure));
                items.extend(unsure.map(|unsure| (*item, unsure)));
            }
            first_of_each(&mut items);
            items
        };
        let found = needle.0.iter().fold(None, |found, token| {
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
        let from = (Word::of(text), Place::Whole, T::default());
        let words = self.0.range(from..);
        let mut all: Vec<(T, Place)> = words
            .take_while(|(word, ..)| word.begins(text))
            .filter(|(.., item)| {
                within.is_none_or(|all| all.binary_search_by_key(item, |(item, _)| *item).is_ok())
            })
            .map(|(word, place, item)| match place {
                Place::Whole if !word.is(text) => (*item, Place::First),
                place => (*item, *place),
            })
            .collect();
        first_of_each(&mut all);
        all
    }
}

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
    wanted.is_some_and(|Needle(wanted)| all_in(&wanted, &words, |word, text| word.contains(text)))
}

/// Whether each word of `query`, which has one, begins a word in one of `texts`.
#[must_use]
pub fn begin(texts: &[&str], query: &str) -> bool {
    let words: Vec<Token> = texts.iter().flat_map(|text| tokens(text)).collect();
    let wanted = Needle::parse(query);
    wanted
        .is_some_and(|Needle(wanted)| all_in(&wanted, &words, |word, text| word.starts_with(text)))
}

/// Whether a text is in ASCII and no two words of it are joined.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii() && !letters::joins(byte.into()))
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
