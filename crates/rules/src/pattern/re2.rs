//! Reads regular expressions in the RE2 dialect (Perl and POSIX classes, Unicode properties, no
//! look-around, no back-references) into the engine's intermediate form.
//!
//! The engine's own parser is not used for whole expressions: it accepts forms RE2 refuses and reads
//! others differently, silently. Only Unicode property tables are looked up through it. Greediness and
//! captures are dropped, because rules ask only whether there is a match.

use std::collections::HashSet;
use std::sync::Arc;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use super::Shape;

/// Highest repeat count, alone or multiplied through nested repeats.
const MAX_REPEAT: u32 = 1000;

/// Most character ranges over all classes; a class such as `\pL` has several hundred. Without a bound,
/// a short text could keep the engine busy for long before its own size limit stops it.
const MAX_RANGES: usize = 50_000;

/// What is wrong with a regular expression, with the byte offset into it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset} of the pattern")]
pub struct RegexError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Where, in bytes from the start of the pattern.
    pub offset: usize,
}

pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// Whether a flag group turns case folding on or off somewhere.
    pub(super) sets_case: bool,
}

pub(super) fn parse(source: &str, fold: bool, depth: usize) -> Result<Parsed, RegexError> {
    let mut parser = Parser {
        source,
        at: 0,
        depth,
        sets_case: false,
        ranges: 0,
        names: HashSet::new(),
    };
    let flags = Flags {
        fold,
        multi_line: false,
        dot_all: false,
    };
    let node = parser.alternation(flags, 0)?;
    if parser.peek().is_some() {
        return Err(parser.error("there is a `)` too many", parser.at));
    }
    Ok(Parsed {
        hir: node.hir,
        sets_case: parser.sets_case,
    })
}

/// The simplest test equivalent to an unanchored search for the expression.
pub(super) fn shape(hir: &Hir) -> Shape {
    let parts: &[Hir] = match hir.kind() {
        HirKind::Concat(parts) => parts,
        HirKind::Empty => &[],
        _ => std::slice::from_ref(hir),
    };
    let is = |part: Option<&Hir>, look| part.is_some_and(|p| *p.kind() == HirKind::Look(look));
    let start = is(parts.first(), Look::Start);
    let parts = if start { &parts[1..] } else { parts };
    let end = is(parts.last(), Look::End);
    let parts = if end {
        &parts[..parts.len() - 1]
    } else {
        parts
    };
    let text: Arc<str> = match parts {
        [] => "".into(),
        [only] => match only.kind() {
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => text.into(),
                Err(_) => return Shape::Regex,
            },
            _ => return Shape::Regex,
        },
        _ => return Shape::Regex,
    };
    match (start, end) {
        (true, true) => Shape::Exact(text),
        (true, false) => Shape::Prefix(text),
        (false, true) => Shape::Suffix(text),
        (false, false) => Shape::Contains(text),
    }
}

/// A literal test that every text matching the expression passes, if one stands in plain sight.
pub(super) fn required(hir: &Hir) -> Option<Shape> {
    let HirKind::Concat(parts) = hir.kind() else {
        return None;
    };
    let text = |part: &Hir| match part.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(Arc::<str>::from),
        _ => None,
    };
    let is = |part: &Hir, look| *part.kind() == HirKind::Look(look);
    if let [first, second, ..] = parts.as_slice()
        && is(first, Look::Start)
        && let Some(text) = text(second)
    {
        return Some(Shape::Prefix(text));
    }
    if let [.., second, last] = parts.as_slice()
        && is(last, Look::End)
        && let Some(text) = text(second)
    {
        return Some(Shape::Suffix(text));
    }
    // Each part of a sequence must match somewhere in the text.
    let longest = parts.iter().filter_map(text).max_by_key(|text| text.len());
    longest.map(Shape::Contains)
}

#[derive(Clone, Copy)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_all: bool,
}

/// A parsed piece with the product of the counted repeats inside it.
struct Node {
    hir: Hir,
    repeats: u32,
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    depth: usize,
    sets_case: bool,
    ranges: usize,
    names: HashSet<&'a str>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn error(&self, message: impl Into<String>, offset: usize) -> RegexError {
        RegexError {
            message: message.into(),
            offset,
        }
    }

    /// Branches separated by bars, up to a closing parenthesis or the end.
    fn alternation(&mut self, mut flags: Flags, depth: usize) -> Result<Node, RegexError> {
        if depth > self.depth {
            let message = format!(
                "groups nest deeper than {}; flatten the expression",
                self.depth
            );
            return Err(self.error(message, self.at));
        }
        let mut branches = Vec::new();
        let mut repeats = 1;
        loop {
            let branch = self.branch(&mut flags, depth)?;
            repeats = repeats.max(branch.repeats);
            branches.push(branch.hir);
            if !self.eat("|") {
                return Ok(Node {
                    hir: Hir::alternation(branches),
                    repeats,
                });
            }
        }
    }

    /// A sequence of repeated items. Flags set by `(?i)` stay set past a bar, up to the group's end.
    fn branch(&mut self, flags: &mut Flags, depth: usize) -> Result<Node, RegexError> {
        let mut items: Vec<Node> = Vec::new();
        // Whether the next operator would have something to repeat, and whether that was repeated.
        let mut repeatable = false;
        let mut repeated = false;
        while let Some(c) = self.peek() {
            let start = self.at;
            if c == '|' || c == ')' {
                break;
            }
            if let Some((min, max)) = self.repeat_operator()? {
                // A `?` right after means lazy, which makes no difference to whether there is a match.
                let operator = &self.source[start..self.at];
                if repeated {
                    let message =
                        format!("`{operator}` repeats a repeat; put the inner one in `(?:…)`");
                    return Err(self.error(message, start));
                }
                self.eat("?");
                let item = items.pop().filter(|_| repeatable).ok_or_else(|| {
                    let message = format!(
                        "`{operator}` has nothing to repeat; write `\\{c}` for the character"
                    );
                    self.error(message, start)
                })?;
                items.push(self.repeat(item, min, max, start, operator.starts_with('{'))?);
                repeated = true;
                continue;
            }
            repeated = false;
            if self.eat("\\Q") {
                let (text, skip) = match self.rest().find("\\E") {
                    Some(end) => (&self.rest()[..end], end + 2),
                    None => (self.rest(), self.rest().len()),
                };
                for c in text.chars() {
                    items.push(Node {
                        hir: literal(c, *flags),
                        repeats: 1,
                    });
                }
                repeatable = !text.is_empty();
                self.at += skip;
                continue;
            }
            if c == '(' {
                repeatable = match self.group(flags, depth)? {
                    Some(node) => {
                        items.push(node);
                        true
                    }
                    None => false,
                };
                continue;
            }
            let hir = self.atom(*flags)?;
            items.push(Node { hir, repeats: 1 });
            repeatable = true;
        }
        let repeats = items.iter().map(|n| n.repeats).max().unwrap_or(1);
        Ok(Node {
            hir: Hir::concat(items.into_iter().map(|n| n.hir).collect()),
            repeats,
        })
    }

    /// `*`, `+`, `?` or `{…}`; braces that do not spell a count are ordinary characters.
    fn repeat_operator(&mut self) -> Result<Option<(u32, Option<u32>)>, RegexError> {
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

    fn repeat(
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

    /// A group, or `None` for a flag setting such as `(?i)`, which changes `flags` instead.
    fn group(&mut self, flags: &mut Flags, depth: usize) -> Result<Option<Node>, RegexError> {
        let start = self.at;
        self.at += 1;
        let mut inner = *flags;
        if self.eat("?P<") {
            let name = self.rest().split('>').next().unwrap_or_default();
            let valid =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !valid || !self.rest()[name.len()..].starts_with('>') {
                let message = "a group name is letters, digits and `_` followed by `>`";
                return Err(self.error(message, start));
            }
            if !self.names.insert(name) {
                let message =
                    format!("the group name `{name}` is used twice; names are not needed here");
                return Err(self.error(message, start));
            }
            self.at += name.len() + 1;
        } else if self.eat("?") && !self.flag_setting(&mut inner, start)? {
            *flags = inner;
            return Ok(None);
        }
        let node = self.alternation(inner, depth + 1)?;
        if !self.eat(")") {
            return Err(self.error("the group is not closed; add `)` or write `\\(`", start));
        }
        Ok(Some(node))
    }

    /// Reads flags after `(?`; true if a group body follows (`:`), false if the flags stand alone.
    fn flag_setting(&mut self, flags: &mut Flags, start: usize) -> Result<bool, RegexError> {
        let (mut on, mut seen) = (true, false);
        loop {
            let c = self.bump();
            match c {
                Some('i') => {
                    flags.fold = on;
                    self.sets_case = true;
                }
                Some('m') => flags.multi_line = on,
                Some('s') => flags.dot_all = on,
                // Swaps greedy and lazy: no difference here.
                Some('U') => {}
                Some('-') if on => {
                    (on, seen) = (false, false);
                    continue;
                }
                Some(':') if on || seen => return Ok(true),
                Some(')') if seen => return Ok(false),
                _ => {
                    let written = &self.source[start..self.at];
                    let message = format!(
                        "`{written}` is not supported; groups are `(…)`, `(?:…)`, `(?P<name>…)`, and flags \
                         are `i`, `m`, `s`, `U`"
                    );
                    return Err(self.error(message, start));
                }
            }
            seen = true;
        }
    }

    fn atom(&mut self, flags: Flags) -> Result<Hir, RegexError> {
        let start = self.at;
        let Some(c) = self.bump() else {
            return Ok(Hir::empty());
        };
        Ok(match c {
            '.' if flags.dot_all => Hir::class(Class::Unicode(any())),
            '.' => Hir::class(Class::Unicode(negated(range('\n', '\n')))),
            '^' if flags.multi_line => Hir::look(Look::StartLF),
            '^' => Hir::look(Look::Start),
            '$' if flags.multi_line => Hir::look(Look::EndLF),
            '$' => Hir::look(Look::End),
            '[' => Hir::class(Class::Unicode({
                let class = self.bracket(flags, start)?;
                self.spend(class, start)?
            })),
            '\\' => match self.peek() {
                Some('A') => self.look(Look::Start),
                Some('z') => self.look(Look::End),
                Some('b') => self.look(Look::WordAscii),
                Some('B') => self.look(Look::WordAsciiNegate),
                _ => match self.class_escape(flags, start)? {
                    Some(class) => Hir::class(Class::Unicode(self.spend(class, start)?)),
                    None => literal(self.escape(start)?, flags),
                },
            },
            c => literal(c, flags),
        })
    }

    fn spend(&mut self, class: ClassUnicode, start: usize) -> Result<ClassUnicode, RegexError> {
        self.ranges += class.ranges().len();
        if self.ranges > MAX_RANGES {
            let message =
                "the classes up to here hold too many ranges; repeat one instead of copying it";
            return Err(self.error(message, start));
        }
        Ok(class)
    }

    fn look(&mut self, look: Look) -> Hir {
        self.at += 1;
        Hir::look(look)
    }

    /// `\d`, `\pL` and the like, after the backslash; `None` leaves the reader where it was.
    fn class_escape(
        &mut self,
        flags: Flags,
        start: usize,
    ) -> Result<Option<ClassUnicode>, RegexError> {
        let Some(c) = self.peek() else {
            return Ok(None);
        };
        if c == 'p' || c == 'P' {
            self.at += 1;
            return self.property(c == 'P', flags, start).map(Some);
        }
        let Some(class) = perl_class(c.to_ascii_lowercase()) else {
            return Ok(None);
        };
        self.at += 1;
        Ok(Some(finish(class, c.is_ascii_uppercase(), flags)))
    }

    fn property(
        &mut self,
        mut negate: bool,
        flags: Flags,
        start: usize,
    ) -> Result<ClassUnicode, RegexError> {
        let name = match self.bump() {
            Some('{') => {
                let body = self.rest();
                let Some(end) = body.find('}') else {
                    return Err(self.error("`\\p{` is not closed; add `}`", start));
                };
                self.at += end + 1;
                &body[..end]
            }
            Some(c) => &self.source[self.at - c.len_utf8()..self.at],
            None => "",
        };
        let name = name.strip_prefix('^').map_or(name, |rest| {
            negate = !negate;
            rest
        });
        let class = property_class(name).ok_or_else(|| {
            let message = format!(
                "`{name}` is not a Unicode category or script; write for example `\\p{{Lu}}` or `\\p{{Greek}}`"
            );
            self.error(message, start)
        })?;
        Ok(finish(class, negate, flags))
    }

    /// One escaped character, after the backslash.
    fn escape(&mut self, start: usize) -> Result<char, RegexError> {
        let unsupported = |this: &Self| {
            let written = &this.source[start..this.at];
            this.error(
                format!("`{written}` is not an escape; write `\\\\` for a backslash itself"),
                start,
            )
        };
        let Some(c) = self.bump() else {
            return Err(self.error("a backslash ends the pattern; write `\\\\`", start));
        };
        Ok(match c {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '0'..='7' => {
                let octal = |c: Option<char>| c.and_then(|c| c.to_digit(8));
                if c != '0' && octal(self.peek()).is_none() {
                    let message = format!("back-references such as `\\{c}` are not supported");
                    return Err(self.error(message, start));
                }
                let mut code = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    if let Some(digit) = octal(self.peek()) {
                        code = code * 8 + digit;
                        self.at += 1;
                    }
                }
                char::from_u32(code).ok_or_else(|| unsupported(self))?
            }
            'x' => {
                let digits = if self.eat("{") {
                    let body = self.rest();
                    let end = body.find('}').ok_or_else(|| unsupported(self))?;
                    self.at += end + 1;
                    &body[..end]
                } else {
                    let body = self.rest();
                    let digits = body.get(..2).ok_or_else(|| unsupported(self))?;
                    self.at += 2;
                    digits
                };
                let hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
                hex.then(|| u32::from_str_radix(digits, 16).ok())
                    .flatten()
                    .and_then(char::from_u32)
                    .ok_or_else(|| unsupported(self))?
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
            _ => return Err(unsupported(self)),
        })
    }

    /// A bracketed class, after its `[`. Inside, `[`, `&&` and `--` have no special meaning.
    fn bracket(&mut self, flags: Flags, start: usize) -> Result<ClassUnicode, RegexError> {
        let negate = self.eat("^");
        let mut class = ClassUnicode::empty();
        let mut first = true;
        loop {
            if self.rest().is_empty() {
                return Err(self.error("the class is not closed; add `]` or write `\\[`", start));
            }
            if !first && self.eat("]") {
                break;
            }
            first = false;
            let item = self.at;
            if let Some(posix) = self.posix_class(flags)? {
                class.union(&posix);
                continue;
            }
            if self.eat("\\") {
                if let Some(escaped) = self.class_escape(flags, item)? {
                    class.union(&escaped);
                    continue;
                }
                self.at = item;
            }
            let low = self.class_char()?;
            let dash = self
                .rest()
                .strip_prefix('-')
                .is_some_and(|r| !r.is_empty() && !r.starts_with(']'));
            let high = if dash {
                self.at += 1;
                self.class_char()?
            } else {
                low
            };
            if high < low {
                let written = &self.source[item..self.at];
                let message = format!("the range `{written}` runs backwards; swap its ends");
                return Err(self.error(message, item));
            }
            class.union(&finish(range(low, high), false, flags));
        }
        // Folding is done per item, so that a negated item inside is folded before it is negated.
        if negate {
            class.negate();
        }
        Ok(class)
    }

    fn class_char(&mut self) -> Result<char, RegexError> {
        let start = self.at;
        match self.bump() {
            Some('\\') => self.escape(start),
            Some(c) => Ok(c),
            None => Err(self.error("the class is not closed; add `]`", start)),
        }
    }

    fn posix_class(&mut self, flags: Flags) -> Result<Option<ClassUnicode>, RegexError> {
        let Some(body) = self.rest().strip_prefix("[:") else {
            return Ok(None);
        };
        let Some(end) = body.find(":]") else {
            return Ok(None);
        };
        let written = &body[..end];
        let (negate, name) = written
            .strip_prefix('^')
            .map_or((false, written), |n| (true, n));
        let ranges: &[(char, char)] = match name {
            "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
            "alpha" => &[('A', 'Z'), ('a', 'z')],
            "ascii" => &[('\0', '\x7f')],
            "blank" => &[('\t', '\t'), (' ', ' ')],
            "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
            "digit" => &[('0', '9')],
            "graph" => &[('!', '~')],
            "lower" => &[('a', 'z')],
            "print" => &[(' ', '~')],
            "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            "space" => &[('\t', '\r'), (' ', ' ')],
            "upper" => &[('A', 'Z')],
            "word" => &[('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')],
            "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
            _ => {
                let message =
                    format!("`[:{written}:]` is not a known class; write for example `[:alpha:]`");
                return Err(self.error(message, self.at));
            }
        };
        self.at += end + 4;
        Ok(Some(finish(ranges_class(ranges), negate, flags)))
    }
}

fn literal(c: char, flags: Flags) -> Hir {
    if flags.fold {
        Hir::class(Class::Unicode(finish(range(c, c), false, flags)))
    } else {
        let mut buffer = [0; 4];
        Hir::literal(c.encode_utf8(&mut buffer).as_bytes())
    }
}

fn finish(mut class: ClassUnicode, negate: bool, flags: Flags) -> ClassUnicode {
    if flags.fold {
        class.case_fold_simple();
    }
    if negate {
        class.negate();
    }
    class
}

fn any() -> ClassUnicode {
    range('\0', char::MAX)
}

fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

fn range(low: char, high: char) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(low, high)])
}

fn ranges_class(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|&(low, high)| ClassUnicodeRange::new(low, high)),
    )
}

fn perl_class(letter: char) -> Option<ClassUnicode> {
    Some(match letter {
        'd' => range('0', '9'),
        // No vertical tab here, unlike `[:space:]`.
        's' => ranges_class(&[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')]),
        'w' => ranges_class(&[('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')]),
        _ => return None,
    })
}

const CATEGORIES: [&str; 35] = [
    "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl",
    "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl",
    "Zp", "Zs", "Any",
];

fn property_class(name: &str) -> Option<ClassUnicode> {
    if name == "C" {
        // The dialect's `C` leaves unassigned code points out; the table's own would have them.
        let mut class = ClassUnicode::empty();
        for part in ["Cc", "Cf", "Co"] {
            class.union(&property_class(part)?);
        }
        return Some(class);
    }
    let script = name.len() > 2
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().skip(1).any(|b| b.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    let query = if CATEGORIES.contains(&name) {
        format!("\\p{{{name}}}")
    } else if script {
        format!("\\p{{Script={name}}}")
    } else {
        return None;
    };
    let hir = regex_syntax::Parser::new().parse(&query).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A table with a single character comes back as a literal.
        HirKind::Literal(text) => {
            let c = std::str::from_utf8(&text.0).ok()?.chars().next()?;
            Some(range(c, c))
        }
        _ => None,
    }
}
