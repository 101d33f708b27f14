//! Questions about one person or one permission, and the assertions of `config/tests.yaml`.

use std::{collections::BTreeSet, sync::Arc};

use crate::{Access, Findings, Repository, assertions::Assertion};

impl Access {
    /// The address under which somebody is counted: in lower case, and not one of their other ones.
    #[must_use]
    pub fn address<'a>(&'a self, email: &'a str) -> String {
        let email = email.trim().to_lowercase();
        self.people.address(&email).to_owned()
    }

    /// What somebody holds in an environment, in order.
    #[must_use]
    pub fn what(&self, email: &str, environment: &str) -> Vec<&str> {
        let (world, now) = (&self.facts.world, self.facts.now);
        let person = self.facts.user(&self.address(email));
        let held: BTreeSet<_> = person
            .into_iter()
            .flat_map(|person| world.permissions_of(person, now))
            .filter(|access| access.permission.holds_in(Some(environment)))
            .map(|access| &access.permission.name)
            .collect();
        let all = self.facts.permissions.iter();
        all.filter(|(_, name)| held.contains(name))
            .map(|(key, _)| key.as_str())
            .collect()
    }

    /// Whether somebody holds a permission in an environment.
    #[must_use]
    pub fn holds(&self, email: &str, permission: &str, environment: &str) -> bool {
        self.what(email, environment).contains(&permission)
    }

    /// Whether anything names the address, be it that it holds nothing now.
    #[must_use]
    pub fn knows(&self, email: &str) -> bool {
        self.facts.user(&self.address(email)).is_some()
    }
}

/// What came out of the assertions.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Tested {
    /// How many assertions there are.
    pub tests: usize,
    /// What is not as it must be, each as an error.
    #[serde(flatten)]
    pub findings: Findings,
}

impl Repository {
    /// Holds what the repository says to the assertions of `config/tests.yaml`.
    #[must_use]
    pub fn test(&self, access: &Access) -> Tested {
        let mut findings = Findings::default();
        for assertion in &self.assertions {
            for environment in &self.settings.environments {
                let among = &assertion.environments;
                if among.is_empty() || among.contains(environment) {
                    hold(access, assertion, environment, &mut findings);
                }
            }
        }
        Tested {
            tests: self.assertions.len(),
            findings,
        }
    }
}

fn hold(access: &Access, assertion: &Assertion, environment: &str, findings: &mut Findings) {
    let (permission, _) = &assertion.permission;
    let holders = access.who(permission, environment);
    let has = |email: &str| {
        holders
            .binary_search(&Arc::from(access.address(email)))
            .is_ok()
    };
    let of = match assertion.name.as_str() {
        "" => String::new(),
        name => format!("{name}: "),
    };
    for (email, place) in assertion.can.iter().filter(|(email, _)| !has(email)) {
        let message = format!("{of}`{email}` does not hold `{permission}` in {environment}");
        findings.error(place, "cannot", message, "");
    }
    for (email, place) in assertion.cannot.iter().filter(|(email, _)| has(email)) {
        let message = format!("{of}`{email}` holds `{permission}` in {environment}");
        findings.error(place, "can", message, "");
    }
    if let Some((count, place)) = &assertion.count {
        let wanted = match (count.min, count.max) {
            (min, max) if min == max => format!("{min}"),
            (min, usize::MAX) => format!("at least {min}"),
            (min, max) => format!("{min} to {max}"),
        };
        if holders.len() < count.min || holders.len() > count.max {
            let message = format!(
                "{of}{} hold `{permission}` in {environment}; expected {wanted}",
                holders.len()
            );
            findings.error(place, "count", message, "");
        }
    }
}
