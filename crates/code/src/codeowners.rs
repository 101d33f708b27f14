//! CODEOWNERS: who is asked about a change of a file, by the owners of permissions and `protected` paths.
//!
//! The lines stand between two marks, so that a file may hold others beside them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Directory, Findings, Repository,
    cycles::order,
    finding::Place,
    grantee::Who,
    spelling::{is_name, is_owner, one_space},
};

const BEGIN: &str =
    "# access as code: begin (made by `portcullis code codeowners`; edits are lost)";
const END: &str = "# access as code: end";

impl Repository {
    /// The lines for CODEOWNERS, with a warning for each owner that cannot stand there.
    ///
    /// Who owns a permission owns the file of permissions, with the others, and all groups that are
    /// granted it. Of several lines GitHub takes the last that fits, so `protected` paths come last.
    #[must_use]
    pub fn codeowners(&self, directory: Option<&Directory>) -> (String, Findings) {
        let mut findings = Findings::default();
        let mut everybody = BTreeSet::new();
        let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for permission in self.permissions.values() {
            let Some((owner, place)) = &permission.owner else {
                continue;
            };
            let Some(owner) = owner_line(owner, place, directory, &mut findings) else {
                continue;
            };
            for grantee in &permission.grants {
                if let Who::Group(path) = &grantee.who {
                    groups.entry(path).or_default().insert(owner.clone());
                }
            }
            everybody.insert(owner);
        }
        let edges = self.group_edges();
        // What a group contains gives what the group gives.
        for path in order(&edges).into_iter().rev() {
            let owners = groups.get(path).cloned().unwrap_or_default();
            for (below, _) in edges.get(path).into_iter().flatten() {
                groups.entry(below).or_default().extend(owners.clone());
            }
        }
        let mut lines = vec![BEGIN.to_owned()];
        let mut line = |path: &str, owners: &[String]| {
            let path = path.replace(' ', "\\ ");
            lines.push(format!("{path} {}", owners.join(" ")).trim_end().to_owned());
        };
        if !everybody.is_empty() {
            let owners: Vec<_> = everybody.into_iter().collect();
            line("/config/permissions.yaml", &owners);
        }
        for (path, owners) in groups.iter().filter(|(_, owners)| !owners.is_empty()) {
            let owners: Vec<_> = owners.iter().cloned().collect();
            line(&format!("/config/groups/{path}/"), &owners);
        }
        for (path, owners) in &self.settings.protected.paths {
            line(path, owners);
        }
        lines.push(END.to_owned());
        (lines.join("\n") + "\n", findings)
    }
}

/// A file of CODEOWNERS with other lines in place of those that were made before; at its end where there
/// were none.
#[must_use]
pub fn with_codeowners(file: &str, lines: &str) -> String {
    let begin = file.find("# access as code: begin");
    let end = file.find(END).map(|at| at + END.len());
    match (begin, end) {
        (Some(begin), Some(end)) if begin < end => {
            let after = &file[end..];
            let after = after.strip_prefix('\n').unwrap_or(after);
            format!("{}{lines}{after}", &file[..begin])
        }
        _ if file.is_empty() || file.ends_with('\n') => format!("{file}{lines}"),
        _ => format!("{file}\n{lines}"),
    }
}

/// An owner as CODEOWNERS writes one: `@login`, `@Org/team` or an address. `Org/Team` is written as its slug.
fn owner_line(
    owner: &str,
    place: &Place,
    directory: Option<&Directory>,
    findings: &mut Findings,
) -> Option<String> {
    if is_owner(owner) {
        return Some(owner.to_owned());
    }
    let written = match owner.split_once('/') {
        Some((org, team)) => {
            let known = directory.and_then(|all| all.orgs.get(&org.to_lowercase()));
            let slug = known.and_then(|org| org.teams_called(team).first().copied());
            let guessed = || one_space(team).to_lowercase().replace(' ', "-");
            let slug = slug.map_or_else(guessed, str::to_owned);
            (is_name(org) && is_name(&slug)).then(|| format!("@{org}/{slug}"))
        }
        None => None,
    };
    if written.is_none() {
        let message = format!("`{owner}` cannot stand in CODEOWNERS and is left out");
        let hint = "write `@login`, `@Org/team`, `Org/Team` or an e-mail address";
        findings.warn(place, "owner", message, hint);
    }
    written
}
