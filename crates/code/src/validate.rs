//! What is wrong with a repository as a whole: names that nothing has, circles, what nobody uses or has.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Timestamp;

use crate::{
    Directory, Repository,
    cycles::{Edges, cycles},
    finding::{Finding, Findings, Place, Severity, meant},
    grantee::{Grantee, Who},
    resolve,
};

impl Repository {
    /// All that is wrong or odd, against the directory where there is one.
    #[must_use]
    pub fn validate(&self, directory: Option<&Directory>, now: Timestamp) -> Findings {
        let mut findings = self.findings.clone();
        self.names(directory, &mut findings);
        self.circles(&mut findings);
        self.unused(&mut findings);
        if !findings.has_errors() {
            self.grants_nobody(&mut findings);
            if directory.is_some() || !self.asks_directory() {
                resolve::empty(self, directory, now, &mut findings);
            }
        }
        findings
    }

    /// Every grantee that stands anywhere.
    pub(crate) fn grantees(&self) -> impl Iterator<Item = &Grantee> {
        let granted = self
            .permissions
            .values()
            .flat_map(|permission| &permission.grants);
        granted.chain(self.groups.values().flat_map(|group| &group.members))
    }

    /// Whether it names any organisation or team.
    pub(crate) fn asks_directory(&self) -> bool {
        self.grantees()
            .any(|grantee| matches!(grantee.who, Who::Org(_) | Who::Team { .. }))
    }

    fn names(&self, directory: Option<&Directory>, findings: &mut Findings) {
        for grantee in self.grantees() {
            match &grantee.who {
                Who::Email(_) => {}
                Who::Group(path) if self.groups.contains_key(path) => {}
                Who::Group(path) => {
                    let known = self.groups.keys().map(String::as_str);
                    let hint = match meant(path, known, "") {
                        hint if hint.is_empty() => format!("write config/groups/{path}/group.yaml"),
                        hint => hint.replacen('`', "`./groups/", 1),
                    };
                    let message = format!("there is no group `{}`", grantee.text);
                    findings.error(&grantee.place, "unknown-group", message, hint);
                }
                Who::Org(org) => _ = self.org(org, grantee, directory, findings),
                Who::Team { org, team } => {
                    if self.org(org, grantee, directory, findings) {
                        known_team(org, team, grantee, directory, findings);
                    }
                }
            }
        }
        let keys = || self.permissions.keys().map(String::as_str);
        for permission in self.permissions.values() {
            for (implied, place) in &permission.implies {
                if !self.permissions.contains_key(implied) {
                    let hint = meant(implied, keys(), "write it into config/permissions.yaml");
                    let message = format!("there is no permission `{implied}`");
                    findings.error(place, "unknown-permission", message, hint);
                }
            }
        }
    }

    /// Whether an organisation is known, as far as that can be said.
    fn org(
        &self,
        org: &str,
        grantee: &Grantee,
        directory: Option<&Directory>,
        findings: &mut Findings,
    ) -> bool {
        let named = self.settings.organizations.as_ref();
        let allowed = named.map(|all| all.keys().map(String::as_str).collect::<Vec<_>>());
        let there = directory.map(|all| {
            all.orgs
                .values()
                .map(|org| org.login.as_str())
                .collect::<Vec<_>>()
        });
        for known in [allowed, there].into_iter().flatten() {
            if !known
                .iter()
                .any(|name| name.to_lowercase() == org.to_lowercase())
            {
                let hint = meant(
                    org,
                    known,
                    "a team is written `Org/Team`, a group `./groups/name`",
                );
                let message = format!("there is no organisation `{org}`");
                findings.error(&grantee.place, "unknown-organization", message, hint);
                return false;
            }
        }
        true
    }

    pub(crate) fn group_edges(&self) -> Edges<'_> {
        let mut edges: Edges<'_> = self
            .groups
            .keys()
            .map(|path| (path.as_str(), Vec::new()))
            .collect();
        for (path, group) in &self.groups {
            if let Some((parent, _)) = path.rsplit_once('/') {
                edges.entry(parent).or_default().push((path, None));
            }
            for member in &group.members {
                if let Who::Group(target) = &member.who {
                    edges
                        .entry(path)
                        .or_default()
                        .push((target, Some(&member.place)));
                }
            }
        }
        edges
    }

    fn circles(&self, findings: &mut Findings) {
        let implies = self.permissions.iter().map(|(key, permission)| {
            let targets = permission
                .implies
                .iter()
                .map(|(key, place)| (key.as_str(), Some(place)));
            (key.as_str(), targets.collect())
        });
        let kinds = [
            ("group-cycle", "./groups/", self.group_edges()),
            ("implies-cycle", "", implies.collect()),
        ];
        for (code, before, edges) in kinds {
            for path in cycles(&edges) {
                let step = |(node, place): &(&str, Option<&Place>)| match place {
                    Some(place) => format!("{before}{node} ({place})"),
                    None => format!("{before}{node} (its folder)"),
                };
                let first = path.first().map(|(node, _)| format!("{before}{node}"));
                let said = first.into_iter().chain(path[1..].iter().map(step));
                let said = said.collect::<Vec<_>>().join(" → ");
                let place = path.iter().find_map(|(_, place)| *place);
                if let Some(place) = place {
                    let message = format!("it contains itself: {said}");
                    findings.error(place, code, message, "take one of these out");
                }
            }
        }
    }

    fn unused(&self, findings: &mut Findings) {
        let named: BTreeSet<&str> = self
            .grantees()
            .filter_map(|grantee| match &grantee.who {
                Who::Group(path) => Some(path.as_str()),
                _ => None,
            })
            .collect();
        for (path, group) in &self.groups {
            let above = path.match_indices('/').map(|(at, _)| &path[..at]);
            if let Some(file) = &group.file
                && !above
                    .chain([path.as_str()])
                    .any(|path| named.contains(path))
            {
                let message = format!("nothing names the group `./groups/{path}`");
                findings.warn(
                    &Place::start(file),
                    "unused-group",
                    message,
                    "grant it something, or remove it",
                );
            }
        }
    }

    fn grants_nobody(&self, findings: &mut Findings) {
        let mut implied: BTreeMap<&str, ()> = BTreeMap::new();
        for permission in self.permissions.values() {
            implied.extend(permission.implies.iter().map(|(key, _)| (key.as_str(), ())));
        }
        for (key, permission) in &self.permissions {
            if permission.grants.is_empty() && !implied.contains_key(key.as_str()) {
                findings.warn(
                    &permission.place,
                    "no-holders",
                    format!("`{key}` is granted to nobody"),
                    "",
                );
            }
        }
    }
}

fn known_team(
    org: &str,
    team: &str,
    grantee: &Grantee,
    directory: Option<&Directory>,
    findings: &mut Findings,
) {
    let Some(there) = directory.and_then(|all| all.orgs.get(&org.to_lowercase())) else {
        return;
    };
    match there.teams_called(team)[..] {
        [_] => {}
        [] => {
            let known = there
                .teams
                .iter()
                .flat_map(|(slug, team)| [slug.as_str(), team.name.as_str()]);
            let hint = match meant(team, known, "") {
                hint if hint.is_empty() => "see that the directory is not old".to_owned(),
                hint => hint.replacen('`', &format!("`{}/", there.login), 1),
            };
            let message = format!("`{}` has no team `{team}`", there.login);
            findings.error(&grantee.place, "unknown-team", message, hint);
        }
        ref several => {
            let message = format!(
                "`{}` has {} teams called `{team}`",
                there.login,
                several.len()
            );
            let hint = format!("use a slug: {}", several.join(", "));
            findings.error(&grantee.place, "two-teams", message, hint);
        }
    }
}

impl Findings {
    /// Those of both.
    pub fn extend(&mut self, others: &Self) {
        for other in others.iter().cloned() {
            let Finding {
                place,
                severity,
                code,
                message,
                hint,
            } = other;
            match severity {
                Severity::Error => self.error(&place, code, message, hint),
                Severity::Warning => self.warn(&place, code, message, hint),
            }
        }
    }
}
