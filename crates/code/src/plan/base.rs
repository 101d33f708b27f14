//! What resolves of a base that does not validate. What cannot be read grants nothing and is told; a
//! group that takes out somebody unknown has nobody, because whom it keeps cannot be said.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use portcullis_model::Timestamp;

use super::{shape::BaseError, side::look};
use crate::{
    Directory, Findings, Place, Repository, Severity,
    grantee::{Grantee, Who},
};

pub(super) struct Resolvable<'r> {
    pub(super) repository: Cow<'r, Repository>,
    pub(super) errors: Vec<BaseError>,
    /// The permissions of which it is not all.
    pub(super) partial: BTreeSet<String>,
}

const PERMISSIONS: &str = "config/permissions.yaml";

pub(super) fn resolvable<'r>(
    base: &'r Repository,
    directory: Option<&Directory>,
    head: &Repository,
    now: Timestamp,
) -> Resolvable<'r> {
    let first = look(base, directory, now);
    if !first.has_errors() {
        return Resolvable {
            repository: Cow::Borrowed(base),
            errors: Vec::new(),
            partial: BTreeSet::new(),
        };
    }
    let mut repository = base.clone();
    // A line that is dropped may have hidden another that is wrong: of two circles one is told.
    let mut findings = first.clone();
    let mut faulty = Faulty {
        everything: first.iter().any(|found| found.code == "no-directory"),
        ..Faulty::default()
    };
    for _ in 0..ROUNDS {
        if !faulty.drop(&mut repository, &findings) {
            break;
        }
        // What was found in reading stays found; what is dropped now is found once more only if it is there.
        repository.findings = Findings::default();
        findings = repository.look(directory, now);
    }
    faulty.everything |= faulty.is_stuck;
    Resolvable {
        errors: BaseError::of(&first),
        partial: faulty.partial(base, &repository, head),
        repository: Cow::Owned(repository),
    }
}

/// More often than this nothing is dropped; what goes in a circle still then is known to nobody.
const ROUNDS: usize = 16;

#[derive(Default)]
struct Faulty {
    /// Whether it may concern all permissions.
    everything: bool,
    groups: BTreeSet<String>,
    permissions: BTreeSet<String>,
    is_stuck: bool,
}

impl Faulty {
    /// Takes out what the errors name; whether anything was wrong.
    fn drop(&mut self, repository: &mut Repository, findings: &Findings) -> bool {
        let errors: Vec<&Place> = findings
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| &found.place)
            .collect();
        for (path, group) in &mut repository.groups {
            let file = group.file.clone();
            let mine: BTreeSet<&Place> = errors
                .iter()
                .copied()
                .filter(|place| Some(&place.file) == file.as_ref())
                .collect();
            if mine.is_empty() {
                continue;
            }
            self.groups.insert(path.clone());
            let is_named = |place: &&Place| group.members.iter().any(|it| it.place == **place);
            let takes_out = group.members.iter().any(|member| member.except);
            if takes_out || !mine.iter().all(is_named) {
                // An `except` may be what could not be read.
                group
                    .members
                    .retain(|member| !takes_out && !mine.contains(&member.place));
            } else {
                group.members.retain(|member| !mine.contains(&member.place));
            }
        }
        let starts: BTreeMap<Place, String> = repository
            .permissions
            .iter()
            .map(|(key, permission)| (permission.place.clone(), key.clone()))
            .collect();
        for place in &errors {
            if &*place.file == PERMISSIONS {
                match starts.range(..=(*place).clone()).next_back() {
                    Some((_, key)) => _ = self.permissions.insert(key.clone()),
                    None => self.everything = true,
                }
            } else if !place.file.starts_with("config/groups/") {
                self.everything = true;
            }
        }
        let errors: BTreeSet<&Place> = errors.into_iter().collect();
        for permission in repository.permissions.values_mut() {
            permission
                .grants
                .retain(|grant| !errors.contains(&grant.place));
            permission
                .implies
                .retain(|(_, place)| !errors.contains(place));
        }
        self.is_stuck = !errors.is_empty();
        !errors.is_empty()
    }

    /// The permissions that lead to what is faulty.
    fn partial(&self, base: &Repository, left: &Repository, head: &Repository) -> BTreeSet<String> {
        if self.everything {
            let all = base.permissions.keys().chain(head.permissions.keys());
            return all.cloned().collect();
        }
        let mut groups = self.groups.clone();
        let mut permissions = self.permissions.clone();
        let names = |grantee: &Grantee, groups: &BTreeSet<String>| matches!(&grantee.who, Who::Group(path) if groups.contains(path) || !base.groups.contains_key(path));
        loop {
            let before = (groups.len(), permissions.len());
            for (path, group) in &base.groups {
                if let Some((parent, _)) = path.rsplit_once('/').filter(|_| groups.contains(path)) {
                    groups.insert(parent.to_owned());
                }
                if group.members.iter().any(|member| names(member, &groups)) {
                    groups.insert(path.clone());
                }
            }
            for (key, permission) in &base.permissions {
                if permission.grants.iter().any(|grant| names(grant, &groups)) {
                    permissions.insert(key.clone());
                }
                if permissions.contains(key) {
                    permissions.extend(permission.implies.iter().map(|(key, _)| key.clone()));
                }
            }
            if before == (groups.len(), permissions.len()) {
                break;
            }
        }
        permissions
            .retain(|key| left.permissions.contains_key(key) || head.permissions.contains_key(key));
        permissions
    }
}

impl BaseError {
    fn of(findings: &Findings) -> Vec<Self> {
        let errors = findings.iter();
        errors
            .filter(|found| found.severity == Severity::Error)
            .map(|found| Self {
                place: found.place.clone(),
                code: found.code.to_owned(),
                message: found.message.clone(),
            })
            .collect()
    }
}
