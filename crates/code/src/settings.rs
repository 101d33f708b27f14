//! `access.yaml`: which environments, organisations and e-mail domains there are, and the zone of dates.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    finding::{Findings, Place, meant},
    read::{Entry, Node, Value},
};

/// What `access.yaml` says, or what holds without one.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) environments: BTreeSet<String>,
    pub(crate) organizations: Option<BTreeMap<String, Place>>,
    pub(crate) email_domains: Option<BTreeSet<String>>,
    /// Seconds that local time is ahead of UTC.
    pub(crate) ahead: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            environments: ["dev", "prod"].map(str::to_owned).into(),
            organizations: None,
            email_domains: None,
            ahead: 0,
        }
    }
}

const KEYS: [&str; 4] = ["environments", "zone", "organizations", "email_domains"];

impl Settings {
    pub(crate) fn read(node: &Node, findings: &mut Findings) -> Self {
        let mut read = Self::default();
        for Entry { key, place, value } in map(node, findings) {
            match key.as_str() {
                "environments" => {
                    for (name, place) in texts(value, findings) {
                        let plain =
                            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                        if name.is_empty() || !name.chars().all(plain) {
                            let message = format!("`{name}` is no name of an environment");
                            let hint = "use a-z, 0-9 and `-`";
                            findings.error(&place, "environment-name", message, hint);
                        } else {
                            read.environments.insert(name);
                        }
                    }
                }
                "zone" => match text(value, findings).map(|zone| (offset(&zone), zone)) {
                    Some((Some(ahead), _)) => read.ahead = ahead,
                    Some((None, zone)) => {
                        let message = format!("`{zone}` is no zone");
                        findings.error(
                            &value.place,
                            "zone",
                            message,
                            "write `UTC` or an offset such as `+10:00`",
                        );
                    }
                    None => {}
                },
                "organizations" => {
                    read.organizations = Some(texts(value, findings).into_iter().collect());
                }
                "email_domains" => {
                    let all = texts(value, findings).into_iter();
                    read.email_domains =
                        Some(all.map(|(domain, _)| domain.to_lowercase()).collect());
                }
                other => unknown_key(other, place, KEYS, findings),
            }
        }
        read
    }

    pub(crate) fn allows(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default();
        let domains = self.email_domains.as_ref();
        domains.is_none_or(|domains| domains.contains(domain))
    }
}

/// Seconds ahead of UTC.
fn offset(zone: &str) -> Option<i32> {
    if zone == "UTC" {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let two = |text: &str, most: i32| {
        let is = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is.then(|| text.parse().ok())?.filter(|n: &i32| *n <= most)
    };
    Some(sign * (two(hours, 14)? * 3600 + two(minutes, 59)? * 60))
}

pub(crate) fn unknown_key<'k>(
    key: &str,
    place: &Place,
    known: impl IntoIterator<Item = &'k str> + Clone,
    findings: &mut Findings,
) {
    let all: Vec<_> = known
        .clone()
        .into_iter()
        .map(|key| format!("`{key}`"))
        .collect();
    let hint = meant(
        key,
        known,
        &format!("what may stand here: {}", all.join(", ")),
    );
    findings.error(
        place,
        "unknown-key",
        format!("there is no key `{key}` here"),
        hint,
    );
}

/// Something else than is wanted stands here.
pub(crate) fn unexpected(node: &Node, wanted: &str, findings: &mut Findings) {
    match &node.value {
        Value::Faulty => {}
        Value::Null => {
            let hint = "write `[]` for none, or leave the key out";
            findings.error(
                &node.place,
                "no-value",
                format!("nothing stands here; expected {wanted}"),
                hint,
            );
        }
        Value::Bool(_) | Value::Number => {
            let message = format!("expected {wanted}, got {}", node.value.noun());
            findings.error(&node.place, "wrong-kind", message, "put a text in quotes");
        }
        other => {
            let message = format!("expected {wanted}, got {}", other.noun());
            findings.error(&node.place, "wrong-kind", message, "");
        }
    }
}

pub(crate) fn map<'n>(node: &'n Node, findings: &mut Findings) -> &'n [Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => {
            unexpected(node, "a map", findings);
            &[]
        }
    }
}

pub(crate) fn list<'n>(node: &'n Node, findings: &mut Findings) -> &'n [Node] {
    match &node.value {
        Value::List(items) => items,
        _ => {
            unexpected(node, "a list", findings);
            &[]
        }
    }
}

pub(crate) fn text(node: &Node, findings: &mut Findings) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        _ => {
            unexpected(node, "a text", findings);
            None
        }
    }
}

pub(crate) fn texts(node: &Node, findings: &mut Findings) -> Vec<(String, Place)> {
    let mut all = Vec::new();
    for item in list(node, findings) {
        if let Some(text) = text(item, findings) {
            all.push((text, item.place.clone()));
        }
    }
    all
}
