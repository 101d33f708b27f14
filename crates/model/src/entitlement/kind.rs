//! What a kind of entitlement says of itself, and [`kinds!`], in which each stands once.

use std::borrow::Cow;

use portcullis_rules::{Rule, RuleList};

use super::{Member, Members, Permission};
use crate::name;

/// What is granted, of whatever kind. Whoever has a [`Grant`](super::Grant) asks this instead of
/// asking which kind it is.
pub trait Conferred {
    /// How it is called in sentences and lists. A group confers one of a kind under a name.
    fn label(&self) -> &str;

    /// The permission it confers, which is asked for by name: who-can and search find it under
    /// that, and a preview tells who gains and loses it.
    fn named(&self) -> Option<&Permission> {
        None
    }

    /// The same, to be spelled as others spell it.
    fn named_mut(&mut self) -> Option<&mut Permission> {
        None
    }

    /// What it says besides, in the one language of rules: only the evaluator can tell whom that
    /// lets do what, and a preview compares decisions.
    fn rules(&self) -> Cow<'_, RuleList> {
        Cow::Owned(RuleList::default())
    }

    /// Lists of higher priority are asked first.
    fn priority(&self) -> i32 {
        0
    }

    /// Cases of its [rules](Self::rules) that must come out as they say whenever it is saved.
    fn cases(&self) -> &[serde_json::Value] {
        &[]
    }

    /// What it is limited to, in a list of what a group confers: `in production`.
    fn limits(&self) -> String {
        String::new()
    }

    /// Which of its rules that is, in words: ``rule 2 of the list `Services` ``.
    fn place(&self, rule: usize) -> String;

    /// Whether another says the same, whatever the case of names.
    fn says_the_same(&self, other: &Self) -> bool
    where
        Self: Sized + PartialEq,
    {
        self == other
    }

    /// Whether it gives less than `was`, which it stands in place of: a source that shortens much is
    /// stopped.
    fn gives_less_than(&self, was: &Self) -> bool
    where
        Self: Sized;
}

impl dyn Conferred {
    /// The name a group may hold this kind of grant under only once.
    #[must_use]
    pub fn key(&self) -> String {
        name::key(self.label())
    }

    /// All it says in the one language of rules. That what is found by name is what the evaluator
    /// answers needs no kind's care: it is the same rule.
    #[must_use]
    pub fn to_rules(&self) -> Vec<Rule> {
        let named = self.named().map(Permission::rule);
        named
            .into_iter()
            .chain(self.rules().into_owned().0)
            .collect()
    }
}

/// A kind of entitlement.
pub trait Kind: Conferred + Sized {
    /// What one of it is, in a sentence: `a permission`.
    const NOUN: &'static str;

    /// Its members in JSON and in forms; the first says its name, and that this kind is meant.
    const MEMBERS: &'static [Member];

    /// One of it in JSON, with every member: for descriptions and for tests of all kinds. Its first
    /// rule allows, and looks at no more than the resource.
    const EXAMPLE: &'static str;

    /// Reads it; nothing where faults say what is wrong.
    fn read(members: &mut Members<'_>) -> Option<Self>;
}

/// Makes [`Grant`](super::Grant) and [`EntitlementKind`](super::EntitlementKind) of the kinds, each
/// with the text that is stored and sent.
macro_rules! kinds {
    ($($(#[$doc:meta])* $Kind:ident = $text:literal,)+) => {
        /// What is granted.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "grant")]
        pub enum Grant {
            $($(#[$doc])* #[serde(rename = $text)] $Kind($Kind),)+
        }

        $crate::words! {
            /// The kinds of entitlement, by name.
            pub enum EntitlementKind {
                $($(#[$doc])* $Kind = $text,)+
            }
        }

        impl EntitlementKind {
            /// What one of it is, in a sentence: `a permission`.
            #[must_use]
            pub const fn noun(self) -> &'static str {
                match self { $(Self::$Kind => $Kind::NOUN,)+ }
            }

            /// Its members in JSON and in forms; the first says its name.
            #[must_use]
            pub const fn members(self) -> &'static [Member] {
                match self { $(Self::$Kind => $Kind::MEMBERS,)+ }
            }

            /// Whether it holds rules that somebody wrote, so that looking through one takes long.
            #[must_use]
            pub fn takes_rules(self) -> bool {
                self.members().iter().any(|member| member.takes == Takes::Rules)
            }

            /// One of it in JSON.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self { $(Self::$Kind => $Kind::EXAMPLE,)+ }
            }

            /// Reads one of this kind from the members of a JSON object that stands at the
            /// pointer `at`; nothing where faults say what is wrong.
            pub fn read(
                self,
                map: &Map<String, Value>,
                at: &str,
                faults: &mut Vec<FieldError>,
                budget: &Budget,
            ) -> Option<Grant> {
                let members = &mut Members { map, at, faults, budget };
                match self { $(Self::$Kind => $Kind::read(members).map(Grant::$Kind),)+ }
            }
        }

        impl Grant {
            /// Which kind it is.
            #[must_use]
            pub const fn kind(&self) -> EntitlementKind {
                match self { $(Self::$Kind(_) => EntitlementKind::$Kind,)+ }
            }

            /// Whether another says the same, whatever the case of names.
            #[must_use]
            pub fn says_the_same(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$Kind(this), Self::$Kind(other)) => this.says_the_same(other),)+
                    _ => false,
                }
            }

            /// Whether it gives less than `was`, which it stands in place of.
            #[must_use]
            pub fn gives_less_than(&self, was: &Self) -> bool {
                match (self, was) {
                    $((Self::$Kind(this), Self::$Kind(was)) => this.gives_less_than(was),)+
                    _ => true,
                }
            }
        }

        impl std::ops::Deref for Grant {
            type Target = dyn Conferred;
            fn deref(&self) -> &Self::Target {
                match self { $(Self::$Kind(grant) => grant,)+ }
            }
        }

        impl std::ops::DerefMut for Grant {
            fn deref_mut(&mut self) -> &mut Self::Target {
                match self { $(Self::$Kind(grant) => grant,)+ }
            }
        }

        $(impl $Kind {
            /// The grant, where it is of this kind: for the page of this kind only.
            #[must_use]
            pub fn of(grant: &Grant) -> Option<&Self> {
                #[allow(unreachable_patterns, reason = "there may be one kind only")]
                match grant { Grant::$Kind(grant) => Some(grant), _ => None }
            }
        })+
    };
}
pub(super) use kinds;
