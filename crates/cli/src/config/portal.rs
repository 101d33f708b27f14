//! `[portal]`: what is offered and asked of people.

use portcullis_model::portal::{Length, Lengths, NameForm};

use super::{
    section::section,
    value::{Source, Value, Written},
};

section! {
    /// What is offered and asked of people.
    Portal, prefix "portal." {
        /// [the lengths of access](#lengths-and-names) that pages offer, each with a label if another than its own is wanted
        lengths: Offered = Offered(Lengths::default().offered);
        /// the length that is chosen unless somebody chooses; one of those offered
        default_length: Span = Span(Lengths::default().usual);
        /// whether pages offer to choose any last day
        custom_length: bool = Lengths::default().any_day;
        /// whether pages offer access without an end, where no tag forbids it
        no_end: bool = Lengths::default().no_end;
        /// a [pattern](rules.md#text-operators) that the names of new groups, roles, apps and tags match as a whole
        name_pattern: Option<String> => "none";
        /// what is said of a name that does not match
        name_error: Option<String> => "none";
        /// how long a request may wait before it is rejected
        request_age: Option<Span> => "for any time";
    }
}

impl Portal {
    /// The lengths that are offered.
    pub(crate) fn to_lengths(&self) -> Lengths {
        Lengths {
            offered: self.lengths.value.0.clone(),
            usual: self.default_length.value.0,
            any_day: self.custom_length.value,
            no_end: self.no_end.value,
        }
    }

    /// What names are like. It was looked at before.
    pub(crate) fn name_form(&self) -> Option<NameForm> {
        let (pattern, error) = (&self.name_pattern.value, &self.name_error.value);
        NameForm::new(pattern.as_deref()?, error.clone()?).ok()
    }

    pub(crate) fn request_age(&self) -> Option<i64> {
        self.request_age.value.map(|span| span.0)
    }

    /// What does not go together.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let pair = [
            ("portal.name_pattern", &self.name_pattern),
            ("portal.name_error", &self.name_error),
        ];
        let [(one, pattern), (other, error)] = pair;
        for ((key, said), (missing, unsaid)) in [
            ((one, pattern), (other, error)),
            ((other, error), (one, pattern)),
        ] {
            if said.value.is_some() && unsaid.value.is_none() {
                faults.push(format!(
                    "{}: `{key}` is set and `{missing}` is not; set both, or neither",
                    said.source
                ));
            }
        }
        if let Some(text) = &pattern.value
            && let Err(wrong) = NameForm::new(text, "")
        {
            faults.push(format!(
                "{}: `portal.name_pattern`: {wrong}",
                pattern.source
            ));
        }
        let usual = self.default_length.value.0;
        if !self
            .lengths
            .value
            .0
            .iter()
            .any(|offered| offered.seconds == usual)
        {
            let source = match self.default_length.source {
                Source::Default => &self.lengths.source,
                _ => &self.default_length.source,
            };
            faults.push(format!(
                "{source}: `portal.default_length` is {}, which `portal.lengths` does not offer; set both",
                self.default_length.value.shown()
            ));
        }
        faults
    }
}

/// The lengths to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered(Vec<Length>);

impl Value for Offered {
    const WANTED: &'static str =
        "a list of lengths, as in [\"12h\", \"5d\", \"26w = Half a year\"]";

    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        let items = Vec::<String>::parse(text, written)?;
        Self::of(items.iter().map(String::as_str))
    }

    fn of_toml(
        value: &toml::de::DeValue<'_>,
        written: &Written<'_>,
    ) -> Option<Result<Self, String>> {
        let items = Vec::<String>::of_toml(value, written)?;
        Some(items.and_then(|items| Self::of(items.iter().map(String::as_str))))
    }

    fn shown(&self) -> String {
        let all = self.0.iter().map(|length| {
            let (span, usual) = (Span(length.seconds), in_words(length.seconds));
            if length.label == usual {
                span.shown()
            } else {
                format!("{} = {}", span.shown(), length.label)
            }
        });
        all.collect::<Vec<_>>().join(", ")
    }
}

impl Offered {
    fn of<'t>(items: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let mut all: Vec<Length> = Vec::new();
        for item in items {
            let (span, label) = match item.split_once('=') {
                Some((span, label)) => (span, Some(label.trim())),
                None => (item, None),
            };
            let seconds = seconds(span)?;
            if all.iter().any(|other| other.seconds == seconds) {
                return Err(format!("`{}` stands there twice; keep one", span.trim()));
            }
            let label = label.map_or_else(|| in_words(seconds), str::to_owned);
            if label.is_empty() {
                return Err(format!(
                    "`{item}` has an empty label; write one, or leave the `=` out"
                ));
            }
            all.push(Length { seconds, label });
        }
        if all.is_empty() {
            return Err("no length is offered; name one at least".into());
        }
        Ok(Self(all))
    }
}

/// A length of time: `12h`, `5d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(i64);

impl Span {
    /// A minute.
    pub(super) const MINUTE: Self = Self(60);

    /// In seconds.
    pub(super) const fn seconds(self) -> u64 {
        self.0.unsigned_abs()
    }
}

/// Units, the longest first.
const UNITS: [(char, i64, &str); 4] = [
    ('w', 604_800, "week"),
    ('d', 86_400, "day"),
    ('h', 3_600, "hour"),
    ('m', 60, "minute"),
];

fn seconds(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let unit = UNITS.iter().find(|(letter, ..)| text.ends_with(*letter));
    let number = |unit: &(char, i64, &str)| -> Option<i64> {
        let number = text.strip_suffix(unit.0)?.trim_end();
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| number.parse::<i64>().ok())??;
        // A hundred years are enough for everything.
        let seconds = number.checked_mul(unit.1)?;
        (1..=100 * 366 * 86_400)
            .contains(&seconds)
            .then_some(seconds)
    };
    unit.and_then(number).ok_or_else(|| {
        format!(
            "`{text}` is no length of time; write a whole number and its unit, as in 12h, 5d or 2w"
        )
    })
}

/// As people say it.
fn in_words(seconds: i64) -> String {
    // Thirty days are no number of weeks to anybody, and fourteen are.
    let fits = |(_, unit, _): &&(char, i64, &str)| seconds % unit == 0;
    let unit = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    crate::output::count(
        usize::try_from(seconds / unit.1).unwrap_or_default(),
        unit.2,
        &format!("{}s", unit.2),
    )
}

impl Value for Span {
    const WANTED: &'static str = "a length of time, as in \"12h\", \"5d\" or \"2w\"";

    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        seconds(text).map(Self)
    }

    fn shown(&self) -> String {
        let fits = |(_, unit, _): &&(char, i64, &str)| self.0 % unit == 0;
        let unit = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
        format!("{}{}", self.0 / unit.1, unit.0)
    }
}
