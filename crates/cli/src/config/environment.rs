//! The environment, and what was looked for in vain: a secret that is not where the configuration says
//! stops what needs it, and nothing else.

use std::{cell::RefCell, collections::BTreeMap};

/// The environment, as it was read once.
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    missing: RefCell<Vec<String>>,
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            missing: RefCell::default(),
        }
    }
}

impl Environment {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.variables.iter();
        all.map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Notes a secret that is not there.
    pub(super) fn lacks(&self, sentence: String) {
        self.missing.borrow_mut().push(sentence);
    }

    /// What was noted.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing.take()
    }
}
