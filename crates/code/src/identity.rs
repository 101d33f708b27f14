//! Who an account of the directory is: the address under which its person is counted.
//!
//! `people.yaml` says it first, the directory otherwise. Numbers decide over logins: an account that was
//! renamed is followed by its number, and a login that has another number now is somebody else.

use std::collections::BTreeMap;

use crate::{
    Directory, Repository,
    directory::Account,
    finding::{Findings, meant},
};

impl Repository {
    /// The address of each account by login in lower case; accounts without one are left out and told of.
    pub(crate) fn addresses<'d>(
        &'d self,
        directory: &'d Directory,
        findings: &mut Findings,
    ) -> BTreeMap<&'d str, &'d str> {
        let mut all = BTreeMap::new();
        let mut logins: BTreeMap<&str, Vec<&Account>> = BTreeMap::new();
        for (login, account) in &directory.accounts {
            if let Some(email) = self.address_of(login, account, findings) {
                all.insert(login.as_str(), email);
                logins.entry(email).or_default().push(account);
            }
        }
        for (email, accounts) in logins.into_iter().filter(|(_, all)| all.len() > 1) {
            let names: Vec<_> = accounts.iter().map(|it| it.login.as_str()).collect();
            let names = names.join(", ");
            let message = format!("`{email}` belongs to several logins and counts once: {names}");
            if let Some(second) = accounts.iter().map(|account| &account.place).max() {
                findings.warn(second, "shared-email", message, "");
            }
        }
        self.gone(directory, findings);
        all
    }

    fn address_of<'d>(
        &'d self,
        login: &str,
        account: &'d Account,
        findings: &mut Findings,
    ) -> Option<&'d str> {
        let by_id = account.id.as_ref().and_then(|id| self.people.by_id(id));
        if let Some((email, person)) = by_id {
            if let Some((known, place)) = &person.login
                && known != login
            {
                let message = format!("`{known}` is called `{}` now", account.login);
                let hint = format!("it is followed by its number; write `{}`", account.login);
                findings.warn(place, "renamed", message, hint);
            }
            return Some(email);
        }
        if let Some((email, person)) = self.people.by_login(login) {
            let Some((id, place)) = &person.id else {
                return Some(email);
            };
            let now = account.id.as_deref().unwrap_or("unknown");
            let message =
                format!("`{login}` is another account now: its number is {now}, not {id}");
            let hint = "see whose it is; if it is theirs, write its number here";
            findings.error(place, "re-registered", message, hint);
            return None;
        }
        let unresolved = self.settings.unresolved;
        let mut left_out = |code, message: String| {
            if let Some(severity) = unresolved {
                let hint = "write the address of their login into config/people.yaml";
                findings.tell(severity, &account.place, code, message, hint);
            }
        };
        let Some(email) = &account.email else {
            let message = format!("`{}` has no e-mail address and is left out", account.login);
            left_out("no-email", message);
            return None;
        };
        let email = self.people.address(email);
        if !self.settings.allows(email) {
            let login = &account.login;
            let message =
                format!("`{login}` is left out: `{email}` is in no domain that access.yaml names");
            left_out("email-domain", message);
            return None;
        }
        Some(email)
    }

    /// Tells of logins of `people.yaml` that the directory does not have.
    fn gone(&self, directory: &Directory, findings: &mut Findings) {
        let accounts = directory.accounts.values();
        let ids: std::collections::BTreeSet<_> = accounts.filter_map(|it| it.id.as_ref()).collect();
        for person in self.people.all.values() {
            let Some((login, place)) = &person.login else {
                continue;
            };
            let by_id = person.id.as_ref().is_some_and(|(id, _)| ids.contains(id));
            if !by_id && !directory.accounts.contains_key(login) {
                let message = format!("the directory has nobody called `{login}`");
                let known = directory.accounts.keys().map(String::as_str);
                let hint = meant(login, known, "take the login out if they have left");
                findings.warn(place, "unknown-login", message, hint);
            }
        }
    }
}
