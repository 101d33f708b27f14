//! How addresses, names and owners are written.

use portcullis_model::Email;

use crate::finding::{Findings, Place};

/// An e-mail address in lower case.
pub(crate) fn address(written: &str, place: &Place, findings: &mut Findings) -> Option<String> {
    if written.trim() != written || Email::parse(written).is_err() {
        let message = format!("`{written}` is not an e-mail address");
        findings.error(place, "email", message, "write it as name@example.com");
        return None;
    }
    if !written.is_ascii() {
        let message = format!("`{written}` has letters that may look like others");
        let hint = "see that it is the address that is meant";
        findings.warn(place, "look-alike", message, hint);
    }
    Some(written.to_lowercase())
}

/// A name in which any white space is one space, as names of teams are compared.
pub(crate) fn one_space(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an owner is written as CODEOWNERS does.
pub(crate) fn is_owner(written: &str) -> bool {
    match written.strip_prefix('@') {
        Some(at) => at.split('/').count() <= 2 && at.split('/').all(is_name),
        None => written.contains('@') && Email::parse(written).is_ok(),
    }
}

/// Whether it can be the name of an organisation, a team or a person there.
pub(crate) fn is_name(part: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !part.is_empty() && part.chars().all(plain)
}
