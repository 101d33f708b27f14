//! How commands end.

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, or the answer is yes.
    Done,
    /// The answer is no.
    No,
    /// Something would change.
    Changes,
}

impl Outcome {
    pub(crate) const fn of(yes: bool) -> Self {
        if yes { Self::Done } else { Self::No }
    }
}

/// The command line or the configuration cannot be what was meant.
#[derive(Debug)]
pub(crate) struct BadUsage(pub(crate) String);

impl BadUsage {
    /// All that is wrong at once, if anything is.
    pub(crate) fn of(faults: &[String]) -> Option<Self> {
        (!faults.is_empty()).then(|| Self(faults.join("\nerror: ")))
    }
}

impl std::fmt::Display for BadUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUsage {}

/// The known name nearest to `given`, if any is near enough to be what was meant.
pub(crate) fn nearest<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let given = given.to_lowercase();
    let near = |name: &str| strsim::jaro_winkler(&given, &name.to_lowercase());
    known
        .into_iter()
        .map(|name| (near(name), name))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

/// A failure as a problem (RFC 9457), for programs.
pub(crate) fn problem(title: &str, detail: &str) -> String {
    serde_json::json!({ "title": title, "detail": detail }).to_string()
}

/// `; did you mean …` with the nearest name, or what else to do.
pub(crate) fn or_meant<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    match nearest(given, known) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => format!("; {otherwise}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_nearly_said_is_found() {
        let known = ["data", "database", "listen", "log", "policy", "token"];
        assert_eq!(nearest("databse", known), Some("database"));
        assert_eq!(nearest("LISTN", known), Some("listen"));
        assert_eq!(nearest("zzz", known), None);
        assert_eq!(or_meant("tokens", known, "look"), "; did you mean `token`?");
        assert_eq!(or_meant("zzz", known, "look"), "; look");
    }
}
