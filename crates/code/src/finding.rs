//! What is wrong or odd, and where: the one form in which this crate tells of it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct as _};

/// Where something stands: file, line and column, both counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Path from the top of the repository, with `/`.
    pub file: Arc<str>,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl Place {
    /// The beginning of a file.
    #[must_use]
    pub fn start(file: &Arc<str>) -> Self {
        Self {
            file: file.clone(),
            line: 1,
            column: 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            shown(self.file.to_string()),
            self.line,
            self.column
        )
    }
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is resolved while it stands.
    Error,
    /// It may not be meant.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong or odd. Ordered by where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// How much it weighs.
    pub severity: Severity,
    /// What kind of finding it is, in words joined by `-`; the same in every version.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it; empty where the message says all.
    pub hint: String,
}

impl Serialize for Finding {
    /// `{"severity","code","file","line","column","message","hint"}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_struct("Finding", 7)?;
        all.serialize_field("severity", &self.severity)?;
        all.serialize_field("code", self.code)?;
        all.serialize_field("file", &self.place.file)?;
        all.serialize_field("line", &self.place.line)?;
        all.serialize_field("column", &self.place.column)?;
        all.serialize_field("message", &self.message)?;
        all.serialize_field("hint", &self.hint)?;
        all.end()
    }
}

/// All findings, in order and each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    findings: std::collections::BTreeSet<Finding>,
}

impl Findings {
    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    /// Those of both.
    pub fn extend(&mut self, others: Self) {
        self.findings.extend(others.findings);
    }

    /// Tells of a file that cannot be read, which is an error.
    pub fn unread(&mut self, file: &str, why: &str) {
        let message = format!("this cannot be read: {why}");
        let hint = "see that it is there, its kind and its rights";
        self.error(&Place::start(&file.into()), "unread", message, hint);
    }

    /// How many are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        let errors = self
            .iter()
            .filter(|found| found.severity == Severity::Error);
        errors.count()
    }

    /// Whether any is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.iter().any(|found| found.severity == Severity::Error)
    }

    /// Tells of something with a weight that is settled elsewhere.
    pub(crate) fn tell(
        &mut self,
        severity: Severity,
        place: &Place,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(severity, place, code, message.into(), hint.into());
    }

    pub(crate) fn error(
        &mut self,
        place: &Place,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(Severity::Error, place, code, message.into(), hint.into());
    }

    pub(crate) fn warn(
        &mut self,
        place: &Place,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(Severity::Warning, place, code, message.into(), hint.into());
    }

    fn add(
        &mut self,
        severity: Severity,
        place: &Place,
        code: &'static str,
        message: String,
        hint: String,
    ) {
        self.findings.insert(Finding {
            place: place.clone(),
            severity,
            code,
            message: shown(message),
            hint: shown(hint),
        });
    }
}

/// What is quoted from a file is not to reach a terminal as it is, and not to hide what it says.
fn shown(text: String) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
            || matches!(c, '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
    };
    if !text.contains(hidden) {
        return text;
    }
    let mut all = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hidden(c) {
            all.extend(c.escape_unicode());
        } else {
            all.push(c);
        }
    }
    all
}

/// `did you mean` with the nearest known name, or what else to do.
pub(crate) fn meant<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    let given = given.to_lowercase();
    let nearest = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&given, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
    match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => otherwise.to_owned(),
    }
}
