//! What is wrong with a repository as a whole: names that nothing has, circles, groups that nobody uses.

use std::collections::BTreeSet;

use portcullis_model::Timestamp;

use crate::{
    Directory, Repository,
    cycles::{Edges, cycles},
    finding::{Findings, Place, meant},
    grantee::{Grantee, Who},
};

impl Repository {
    /// All that is wrong or odd, against the directory where there is one.
    #[must_use]
    pub fn validate(&self, directory: Option<&Directory>, now: Timestamp) -> Findings {
        self.checked(directory, now).0
    }

    /// What can be said without asking who comes out of it.
    pub(crate) fn look(&self, directory: Option<&Directory>, now: Timestamp) -> Findings {
        let mut findings = self.findings.clone();
        self.names(directory, &mut findings);
        self.permission_names(&mut findings);
        self.circles(&mut findings);
        self.left(now, &mut findings);
        // Where something could not be read, what names a group may be among it.
        if !findings.has_errors() {
            self.unused(&mut findings);
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
        self.grantees().any(Grantee::asks_directory)
    }

    fn names(&self, directory: Option<&Directory>, findings: &mut Findings) {
        for grantee in self.grantees() {
            match &grantee.who {
                Who::Email(_) => {}
                Who::Group(path) if self.groups.contains_key(path) => {}
                Who::Group(path) => self.no_group(path, grantee, findings),
                Who::Org(org) => _ = self.org(org, grantee, directory, findings),
                Who::Team { org, team } => {
                    if self.org(org, grantee, directory, findings) {
                        known_team(org, team, grantee, directory, findings);
                    }
                }
            }
        }
    }

    fn no_group(&self, path: &str, grantee: &Grantee, findings: &mut Findings) {
        let plain = |part: &&str| !matches!(*part, "" | "." | "..");
        let is_path = grantee.text.starts_with("./groups/") && path.split('/').all(|it| plain(&it));
        // Of what is no path, that which may have been meant.
        let parts = grantee.text.split('/').filter(plain);
        let parts = parts.skip_while(|part| part.eq_ignore_ascii_case("groups"));
        let nearly = parts.collect::<Vec<_>>().join("/");
        let known = self.groups.keys().map(String::as_str);
        let (code, message, otherwise) = if is_path {
            (
                "unknown-group",
                format!("there is no group `{}`", grantee.text),
                format!("write config/groups/{path}/group.yaml"),
            )
        } else {
            (
                "group-path",
                format!("`{}` is no path of a group", grantee.text),
                "write it as `./groups/name`, without `..` and a slash at the end".to_owned(),
            )
        };
        let hint = match meant(&nearly, known, "") {
            hint if hint.is_empty() => otherwise,
            hint => hint.replacen('`', "`./groups/", 1),
        };
        findings.error(&grantee.place, code, message, hint);
    }

    /// Permissions that are named elsewhere must be there.
    fn permission_names(&self, findings: &mut Findings) {
        if !self.has_keys {
            return;
        }
        let implied = self.permissions.values().flat_map(|it| &it.implies);
        let tested = self.assertions.iter().map(|it| &it.permission);
        for (named, place) in implied.chain(tested).chain(&self.settings.named) {
            if !self.permissions.contains_key(named) {
                let known = self.permissions.keys().map(String::as_str);
                let hint = meant(named, known, "write it into config/permissions.yaml");
                let message = format!("there is no permission `{named}`");
                findings.error(place, "unknown-permission", message, hint);
            }
        }
    }

    /// Those who are named and have left.
    fn left(&self, now: Timestamp, findings: &mut Findings) {
        for grantee in self.grantees() {
            if let Who::Email(email) = &grantee.who
                && let Some(left) = self.people.leaves(self.people.address(email))
                && left <= now
            {
                let message = format!("`{}` has left and is granted nothing", grantee.text);
                findings.warn(&grantee.place, "has-left", message, "take the line out");
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
