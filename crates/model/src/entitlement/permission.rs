//! The kind `permission`: just what is asked for by name.

use super::{Conferred, Kind, Member, Members, Permission, Takes};

impl Conferred for Permission {
    fn label(&self) -> &str {
        &self.name
    }

    fn named(&self) -> Option<&Permission> {
        Some(self)
    }

    fn named_mut(&mut self) -> Option<&mut Permission> {
        Some(self)
    }

    fn limits(&self) -> String {
        let places: Vec<_> = self.environments.iter().map(|place| &**place).collect();
        match &*places {
            [] => String::new(),
            places => format!("in {}", places.join(", ")),
        }
    }

    fn place(&self, _: usize) -> String {
        format!("the permission `{}`", self.name)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.name.key() == other.name.key() && self.environments == other.environments
    }

    fn gives_less_than(&self, was: &Self) -> bool {
        // No environment stands for every one.
        let (is, was) = (&self.environments, &was.environments);
        !is.is_empty() && (was.is_empty() || !was.is_subset(is))
    }
}

impl Kind for Permission {
    const NOUN: &'static str = "a permission";
    const MEMBERS: &'static [Member] = &[
        Member {
            name: "permission",
            takes: Takes::Permission,
            label: "Permission",
            about: "As your applications name it, such as “invoices:approve”. If the group already grants that permission, this replaces it.",
        },
        Member {
            name: "environments",
            takes: Takes::Texts(100),
            label: "Environments",
            about: "Where it applies, such as “staging production”; everywhere if left out.",
        },
    ];
    const EXAMPLE: &'static str =
        r#"{"permission": "invoices:approve", "environments": ["production", "staging"]}"#;

    fn read(members: &mut Members<'_>) -> Option<Self> {
        let (name, environments) = (
            members.required("permission"),
            members.places("environments"),
        );
        Some(Self {
            name: name?,
            environments: environments?,
        })
    }
}
