//! `access.yaml`: which environments, organisations and e-mail domains there are, the zone of dates, and
//! what is protected and limited.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    finding::{Findings, Place, Severity, meant},
    limits::{Limits, Named, Protected},
    node::{Entry, Node, map, text, texts, unknown_key},
    zone::Zone,
};

/// What `access.yaml` says, or what holds without one.
#[derive(Clone, Debug)]
pub struct Settings {
    /// By name; `dev` and `prod` are always there.
    pub environments: BTreeSet<String>,
    /// What a change may take away at most, and what must stay.
    pub limits: Limits,
    /// What needs a closer look when it changes.
    pub protected: Protected,
    /// Organisations that may be named; any of the directory where they are not said.
    pub(crate) organizations: Option<BTreeMap<String, Place>>,
    pub(crate) email_domains: Option<BTreeSet<String>>,
    /// How people of the directory that cannot be named are told of; `None` for not at all.
    pub(crate) unresolved: Option<Severity>,
    pub(crate) zone: Zone,
    /// Permissions that are named here, to be looked up once all are known.
    pub(crate) named: Vec<Named>,
    /// Whether all that the file says is here.
    pub(crate) is_whole: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            environments: ["dev", "prod"].map(str::to_owned).into(),
            limits: Limits::default(),
            protected: Protected::default(),
            organizations: None,
            email_domains: None,
            unresolved: Some(Severity::Warning),
            zone: Zone::default(),
            named: Vec::new(),
            is_whole: true,
        }
    }
}

const KEYS: [&str; 6] = [
    "environments",
    "zone",
    "sources",
    "identity",
    "protected",
    "limits",
];

impl Settings {
    pub(crate) fn read(node: &Node, findings: &mut Findings) -> Self {
        let mut read = Self::default();
        let entries = map(node, findings);
        // Dates stand in other parts, and the zone may stand after them.
        for Entry { value, .. } in entries.iter().filter(|entry| entry.key == "zone") {
            read.zone = Zone::read(value, findings).unwrap_or_default();
        }
        for Entry { key, place, value } in entries {
            match key.as_str() {
                "zone" => {}
                "environments" => read.environments(value, findings),
                "sources" => read.sources(value, findings),
                "identity" => read.identity(value, findings),
                "protected" => {
                    read.protected = Protected::read(value, &mut read.named, findings);
                }
                "limits" => {
                    read.limits = Limits::read(value, &read.zone, &mut read.named, findings);
                }
                other => unknown_key(other, place, KEYS, findings),
            }
        }
        read
    }

    fn environments(&mut self, node: &Node, findings: &mut Findings) {
        for (name, place) in texts(node, findings) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            let edge = name.starts_with('-') || name.ends_with('-');
            if name.is_empty() || name.len() > 40 || edge || !name.chars().all(plain) {
                let message = format!("`{name}` is no name of an environment");
                let hint = "use up to 40 of a-z, 0-9 and, between them, `-`";
                findings.error(place, "environment-name", message, hint);
            } else {
                self.environments.insert(name.to_owned());
            }
        }
    }

    fn sources(&mut self, node: &Node, findings: &mut Findings) {
        for Entry { key, place, value } in map(node, findings) {
            if key != "github" {
                unknown_key(key, place, ["github"], findings);
                continue;
            }
            for Entry { key, place, value } in map(value, findings) {
                if key != "orgs" {
                    unknown_key(key, place, ["orgs"], findings);
                    continue;
                }
                let all = texts(value, findings).into_iter();
                let all = all.map(|(org, place)| (org.to_owned(), place.clone()));
                self.organizations = Some(all.collect());
            }
        }
    }

    fn identity(&mut self, node: &Node, findings: &mut Findings) {
        for Entry { key, place, value } in map(node, findings) {
            match key.as_str() {
                "email_domains" => {
                    let mut domains = BTreeSet::new();
                    let mut are_right = true;
                    for (domain, place) in texts(value, findings) {
                        if portcullis_model::Email::parse(&format!("a@{domain}")).is_err() {
                            let message = format!("`{domain}` is no domain");
                            findings.error(place, "domain", message, "write it as `example.com`");
                            are_right = false;
                        }
                        domains.insert(domain.to_lowercase());
                    }
                    // No address is measured by domains that cannot be right.
                    self.email_domains = are_right.then_some(domains);
                }
                "unresolved" => {
                    let words = ["warn", "error", "ignore"];
                    self.unresolved = match text(value, findings) {
                        None | Some("warn") => Some(Severity::Warning),
                        Some("error") => Some(Severity::Error),
                        Some("ignore") => None,
                        Some(other) => {
                            let message = format!("`{other}` says nothing here");
                            let hint = meant(other, words, "write `warn`, `error` or `ignore`");
                            findings.error(&value.place, "unknown-word", message, hint);
                            Some(Severity::Error)
                        }
                    };
                }
                other => unknown_key(other, place, ["email_domains", "unresolved"], findings),
            }
        }
    }

    /// A written address must be in a domain that is named, where any is.
    pub(crate) fn domain(
        &self,
        written: &str,
        email: &str,
        place: &Place,
        findings: &mut Findings,
    ) {
        if self.allows(email) {
            return;
        }
        let message = format!("`{written}` is in no domain that access.yaml names");
        let known = self.email_domains.iter().flatten();
        let domain = email.rsplit('@').next().unwrap_or_default();
        let otherwise = "add the domain to `email_domains`";
        let hint = meant(domain, known.map(String::as_str), otherwise);
        findings.error(place, "email-domain", message, hint);
    }

    pub(crate) fn allows(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default();
        let domains = self.email_domains.as_ref();
        domains.is_none_or(|domains| domains.contains(domain))
    }
}
