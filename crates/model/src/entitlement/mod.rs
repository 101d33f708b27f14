//! What membership of a group confers. Each kind of entitlement is one file here and a line in
//! `kinds!`: what it is, how it is read, and by [`Conferred`] what it says. Nobody else asks which
//! kind one is, but for pages that show one kind only.

mod kind;
mod members;
mod named;
mod permission;
mod rules;

use kind::kinds;
use portcullis_rules::Budget;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use kind::{Conferred, Kind};
pub use members::{Member, Members, Takes, placed, pointer, read_rules};
pub use named::{ENVIRONMENT, PERMISSION_ACTION, PERMISSION_TYPE, Permission};
pub use rules::Rules;

use crate::{Actor, FieldError, Group, Id, Validity, name::Reason};

kinds! {
    /// A named permission.
    Permission = "permission",
    /// A list of rules.
    Rules = "rules",
}

/// A group holds an entitlement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entitlement {
    /// Identifies the fact.
    pub id: Id<Entitlement>,
    /// Whose members hold it.
    pub group: Id<Group>,
    /// What it confers.
    #[serde(flatten)]
    pub grant: Grant,
    /// When.
    #[serde(flatten)]
    pub validity: Validity,
    /// Why, in the granter's words.
    #[serde(default)]
    pub reason: Reason,
    /// Who granted it.
    pub granted_by: Actor,
}

impl Grant {
    /// Reads the members of a JSON object that stands at the pointer `at`. The kind is the one whose
    /// naming member is there. Members of no kind are not looked at; those of another are faults.
    /// Rules spend of the budget.
    pub fn read(
        map: &Map<String, Value>,
        at: &str,
        faults: &mut Vec<FieldError>,
        budget: &Budget,
    ) -> Option<Self> {
        let name = |kind: EntitlementKind| kind.members()[0].name;
        let all = EntitlementKind::ALL.into_iter();
        let meant: Vec<_> = all.filter(|kind| map.contains_key(name(*kind))).collect();
        let [kind] = meant[..] else {
            let names = EntitlementKind::ALL.map(|kind| format!("`{}`", name(kind)));
            let (of, wrong) = match meant.get(1) {
                Some(second) => (*second, "send one request for each; one names only one of"),
                None => (EntitlementKind::ALL[0], "name what is to be conferred, as"),
            };
            let wrong = format!("{wrong} {}", names.join(" or "));
            faults.push(FieldError::new(format!("{at}/{}", name(of)), wrong));
            return None;
        };
        let own = |member: &Member| kind.members().iter().any(|own| own.name == member.name);
        let before = faults.len();
        for other in EntitlementKind::ALL {
            let foreign = other.members().iter().filter(|member| !own(member));
            for member in foreign.filter(|member| map.contains_key(member.name)) {
                let wrong = format!("only {} has this; leave it out", other.noun());
                faults.push(FieldError::new(format!("{at}/{}", member.name), wrong));
            }
        }
        let read = kind.read(map, at, faults, budget);
        read.filter(|_| faults.len() == before)
    }
}
