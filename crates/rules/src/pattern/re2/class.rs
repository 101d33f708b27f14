//! Characters and classes: escapes, brackets, POSIX and Perl classes, Unicode properties.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::{Flags, Parser, RegexError};

/// Most character ranges over all classes; a class such as `\pL` has several hundred. Without a bound,
/// a short text could keep the engine busy for long before its own size limit stops it.
const MAX_RANGES: usize = 50_000;

impl Parser<'_> {
    pub(super) fn spend(
        &mut self,
        class: ClassUnicode,
        start: usize,
    ) -> Result<ClassUnicode, RegexError> {
        self.ranges += class.ranges().len();
        if self.ranges > MAX_RANGES {
            let message =
                "the classes up to here hold too many ranges; repeat one instead of copying it";
            return Err(self.error(message, start));
        }
        Ok(class)
    }

    /// `\d`, `\pL` and the like, after the backslash; `None` leaves the reader where it was.
    pub(super) fn class_escape(
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
    pub(super) fn escape(&mut self, start: usize) -> Result<char, RegexError> {
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
    pub(super) fn bracket(
        &mut self,
        flags: Flags,
        start: usize,
    ) -> Result<ClassUnicode, RegexError> {
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

pub(super) fn literal(c: char, flags: Flags) -> Hir {
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

pub(super) fn any() -> ClassUnicode {
    range('\0', char::MAX)
}

pub(super) fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

pub(super) fn range(low: char, high: char) -> ClassUnicode {
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
