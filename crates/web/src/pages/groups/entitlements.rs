//! What a group confers, given and withheld.

use portcullis_app::group::{GrantEntitlement, RevokeEntitlement};
use portcullis_model::{
    Entitlement, EntitlementKind, FieldError,
    entitlement::{Takes, placed},
};
use portcullis_rules::{Budget, strict};
use serde_json::{Map, Value};

use crate::pages::prelude::forms::*;

/// What reading a form may cost: a moment, because it is read where others wait.
const STEPS: u64 = 1_000_000;

/// What leads to granting one of a kind: its label, its address below the group's and its icon.
pub(super) const fn granted_at(
    kind: EntitlementKind,
) -> (&'static str, &'static str, &'static str) {
    match kind {
        EntitlementKind::Permission => ("Grant an entitlement", "/confer", "key"),
        EntitlementKind::Rules => ("Add rules", "/rules/new", "rule"),
    }
}

/// Something given to a group, by the members of its kind.
pub(super) struct New {
    group: Group,
    kind: EntitlementKind,
}

impl Form for New {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.one::<Group>()?;
        allowed(page, Action::GrantEntitlement, Target::Group(group))?;
        let kind = page.query("kind");
        let known = match &*kind {
            "" => Some(EntitlementKind::Permission),
            text => EntitlementKind::parse(text),
        };
        let kind = known.ok_or_else(|| Refusal::not_found(Noun::Entitlement, kind))?;
        Ok(Self {
            group: group.clone(),
            kind,
        })
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        const MOST: usize = 200;
        let (world, group) = (&*page.viewer.world, &self.group);
        form.title = format!("Grant an entitlement to {}", group.name);
        form.lead =
            "Every member of the group gets it, whether direct or through another group.".into();
        form.of_group(group);
        for (at, member) in self.kind.members().iter().enumerate() {
            let field = form
                .add(Line, member.name, member.label, "")
                .help(member.about);
            if at == 0 {
                field.required();
            }
            if member.takes == Takes::Permission {
                let known = world.permission_names(page.viewer.context.now);
                field.options(known.take(MOST).map(str::to_owned).collect());
            }
        }
        let requirements = Requirements::default();
        form.until(&requirements, Some("never"));
        form.reason(&requirements, "");
        let there = world.entitlements_of(group.id).map(convert::entitlement);
        form.aside("Already granted", there.take(MOST).collect(), "");
        form.submit = "Grant".into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let (group, members) = (&self.group, self.kind.members());
        let (mut given, mut faults) = (Map::new(), Vec::new());
        for member in members {
            match sent(member.takes, input.text(member.name)) {
                Ok(value) => given.extend(value.map(|value| (member.name.to_owned(), value))),
                Err(wrong) => faults.push(FieldError::new(format!("/{}", member.name), wrong)),
            }
        }
        let budget = Budget::new(STEPS);
        let grant = self.kind.read(&given, "", &mut faults, &budget);
        for fault in faults {
            // The field is the first step of the pointer.
            let field = fault.field.split('/').nth(1).unwrap_or_default();
            input.errors.add(field, fault.message);
        }
        let (until, reason) = (input.ends("until"), input.reason());
        let operation = GrantEntitlement {
            group: group.id,
            replaces: None,
            grant: grant?,
            until: until?,
            reason: reason?,
        };
        let title = format!("Grant {} to {}", operation.grant.label(), group.name);
        let cancel = convert::group_href(group);
        Some(Step::new(operation, title, "Grant", cancel))
    }
}

/// A field as the member it stands for; nothing where it may be left out and is.
fn sent(takes: Takes, text: &str) -> Result<Option<Value>, String> {
    let words = || text.split(|c: char| c == ',' || c.is_whitespace());
    Ok(match takes {
        Takes::Permission | Takes::Text(_) => Some(text.into()),
        _ if text.trim().is_empty() => None,
        Takes::Texts(_) => Some(words().filter(|word| !word.is_empty()).collect()),
        // Read from its text, so that a fault in it has a line.
        Takes::Rules => Some(text.into()),
        Takes::Number | Takes::Objects => {
            let value = strict::from_word(text.trim()).map_err(|wrong| placed(&wrong))?;
            Some(value.to_json())
        }
    })
}

pub(super) fn revoke(input: &Input<'_>) -> Result<Step, Failure> {
    let (world, id) = (input.world(), input.page.param("id"));
    let entitlement = id
        .parse::<Id<Entitlement>>()
        .ok()
        .and_then(|id| world.entitlement(id))
        .ok_or_else(|| Refusal::not_found(Noun::Entitlement, id))?;
    let group = world.group(entitlement.group);
    let (name, href) = group.map_or(("", "/groups".into()), |group| {
        (&*group.name, convert::group_href(group))
    });
    let cancel = match entitlement.grant.named() {
        Some(_) => href.clone(),
        None => convert::entitlement_href(entitlement),
    };
    let operation = RevokeEntitlement {
        entitlement: entitlement.id,
    };
    let title = format!("Remove {} from {name}", entitlement.grant.label());
    let step = Step::new(operation, title, "Remove", cancel);
    Ok(step.always().then(|_| href))
}
