//! What a group confers, given and withheld.

use std::collections::BTreeSet;

use portcullis_app::group::{GrantEntitlement, RevokeEntitlement};
use portcullis_model::{
    Entitlement, Grant, Permission,
    name::{Environment, PermissionName},
};

use super::form::crumbs;
use crate::pages::prelude::forms::*;

/// A permission given to a group.
pub(super) struct GrantPermission(Group);

impl Form for GrantPermission {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.one::<Group>()?;
        allowed(page, Action::GrantEntitlement, Target::Group(group))?;
        Ok(Self(group.clone()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        const MOST: usize = 200;
        let (world, group) = (&*page.viewer.world, &self.0);
        form.title = format!("Grant an entitlement to {}", group.name);
        form.lead = "Every member of the group gets this permission, whether direct or through another group.".into();
        form.crumbs = crumbs(group);
        let known = world.permission_names(page.viewer.context.now);
        form.add(Line, "permission", "Permission", "")
            .required()
            .options(known.take(MOST).map(str::to_owned).collect())
            .help("As your applications name it, such as “invoices:approve”. If the group already grants that permission, this replaces it.");
        form.add(Line, "environments", "Environments", "")
            .help("Where it applies, such as “staging production”; everywhere if empty.");
        let requirements = Requirements::default();
        form.until(&requirements, Some("never"));
        form.reason(&requirements, "");
        let there = world.entitlements_of(group.id).map(convert::entitlement);
        form.aside("Already granted", there.take(MOST).collect(), "");
        form.submit = "Grant".into();
        form.cancel = convert::group_href(group);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let group = &self.0;
        let name = input.parse("permission", PermissionName::parse);
        let mut environments = BTreeSet::new();
        let words = input.text("environments");
        let words = words.split(|c: char| c == ',' || c.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
            match Environment::parse(word) {
                Ok(environment) => {
                    environments.insert(environment);
                }
                Err(bad) => input.errors.add("environments", bad.0),
            }
        }
        let (until, reason) = (input.ends("until"), input.reason());
        let operation = GrantEntitlement {
            group: group.id,
            replaces: None,
            grant: Grant::Permission(Permission {
                name: name?,
                environments,
            }),
            until: until?,
            reason: reason?,
        };
        let title = format!("Grant {} to {}", input.text("permission"), group.name);
        Some(Step::new(
            operation,
            title,
            "Grant",
            convert::group_href(group),
        ))
    }
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
    let cancel = match entitlement.grant.rules() {
        Some(_) => convert::list_href(entitlement),
        None => href.clone(),
    };
    let operation = RevokeEntitlement {
        entitlement: entitlement.id,
    };
    let title = format!("Remove {} from {name}", entitlement.grant.label());
    let step = Step::new(operation, title, "Remove", cancel);
    Ok(step.always().then(|_| href))
}
