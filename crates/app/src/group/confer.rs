//! Change what membership of a group confers.

use portcullis_model::{
    ChangeSet, Context, Edit, Ends, Entitlement, Fault, Grant, Group, Id, Permission, Refusal,
    Validity, World, entitlement::Rules, name::Reason,
};
use portcullis_rules::{
    Engine, Limits,
    cases::{Suite, run},
};

use crate::{Operation, parts};

/// Lets a group confer something until an end; what it confers under that name already is replaced.
#[derive(Clone, Debug)]
pub struct Confer {
    /// Which group.
    pub group: Id<Group>,
    /// What.
    pub grant: Grant,
    /// Until when.
    pub until: Ends,
    /// Why.
    pub reason: Reason,
}

impl Operation for Confer {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = parts::group(world, self.group)?;
        if let Some(list) = self.grant.rules() {
            sound(list)?;
        }
        let grant = self.spelled_alike(world, context);
        let (kind, key) = (grant.kind(), grant.key());
        let there = world
            .entitlements_of(group.id)
            .find(|e| e.grant.kind() == kind && e.grant.key() == key);
        let validity = Validity::new(context.now, self.until);
        let edit = match there {
            Some(before) => Edit::update(
                before.clone(),
                Entitlement {
                    grant,
                    validity: Validity::new(before.validity.from.min(context.now), self.until),
                    reason: self.reason.clone(),
                    granted_by: context.actor,
                    ..before.clone()
                },
            ),
            None => Edit::create(Entitlement {
                id: context.id(),
                group: group.id,
                grant,
                validity,
                reason: self.reason.clone(),
                granted_by: context.actor,
            }),
        };
        Ok(ChangeSet::new("group.confer").with(edit))
    }
}

impl Confer {
    /// A permission is written as other groups write it: names are compared without regard to case,
    /// but rules look at letters, and one name must be one thing to them.
    fn spelled_alike(&self, world: &World, context: &Context) -> Grant {
        let Grant::Permission(permission) = &self.grant else {
            return self.grant.clone();
        };
        let written = world
            .conferring(&permission.name, None, context.now)
            .filter(|(group, _)| group.id != self.group)
            .find_map(|(_, entitlement)| entitlement.grant.permission());
        Grant::Permission(Permission {
            name: written
                .map_or(&permission.name, |other| &other.name)
                .clone(),
            environments: permission.environments.clone(),
        })
    }
}

/// A list of rules is saved only if it compiles and its cases come out as they say.
fn sound(list: &Rules) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    if let Err(error) = list.rules.validate(&Limits::default()) {
        let offences = error.offences().iter();
        faults.extend(offences.map(|o| Fault::new(format!("rules{}", o.path), o.message.clone())));
    }
    if let Err(error) = Engine::compile(&list.rules) {
        faults.push(Fault::new("rules", error.to_string()));
    }
    match serde_json::from_value::<Suite>(serde_json::json!({ "cases": list.cases })) {
        Ok(suite) => {
            let failed = run(&list.rules, &suite).results.into_iter();
            faults.extend(failed.filter_map(|result| {
                Some(Fault::new(
                    "cases",
                    format!("{}: {}", result.name, result.failure?),
                ))
            }));
        }
        Err(error) => faults.push(Fault::new("cases", error.to_string())),
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

/// Ends something a group confers, now.
#[derive(Clone, Copy, Debug)]
pub struct Withhold {
    /// What.
    pub entitlement: Id<Entitlement>,
}

impl Operation for Withhold {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let entitlement = world
            .entitlement(self.entitlement)
            .ok_or_else(|| Refusal::not_found("entitlement", self.entitlement))?;
        Ok(ChangeSet::new("group.withhold").with(Edit::end(entitlement.clone())))
    }
}
