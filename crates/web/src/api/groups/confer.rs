//! What membership of a group confers, and changing it.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_app::{
    group::{GrantEntitlement, RevokeEntitlement},
    rules::{Written, try_cases},
};
use portcullis_model::{
    Entitlement, Expiry, FieldError, Grant, Group, Id, Permission, Refusal,
    entitlement::Rules,
    name::{Environment, Name, PermissionName, Reason},
};
use portcullis_rules::RuleList;

use super::wire::EntitlementRow;
use crate::api::{
    Act, Answer, Of, Read, Write, body,
    rules::wire::{Cases, Priority, Rules as RulesIn},
    wire::{Deleted, Rows},
};

/// List what a group confers
#[utoipa::path(get, path = "/groups/{group}/entitlements", tag = "groups", responses((status = 200, body = Rows<EntitlementRow>)))]
pub(crate) async fn list_entitlements(group: Of<Group>, read: Read) -> Answer {
    let conferred = read.world.entitlements_of(group.id);
    let mut all: Vec<_> = conferred
        .filter(|e| !e.validity.until.is_past(read.now))
        .collect();
    all.sort_by_key(|e| e.grant.key());
    let row = |e| EntitlementRow::of(&read.world, e);
    read.answer(&Rows::of(all.into_iter().map(row)))
}

body! {
    /// What is to be conferred: a permission, or a list of rules.
    pub(crate) struct NewEntitlement {
        /// The permission.
        permission: Option<PermissionName>,
        /// Where the permission holds; everywhere if not given.
        environments: Option<Vec<Environment>>,
        /// The name of the list of rules.
        list: Option<Name>,
        /// Lists of higher priority are asked first; 0 if not given.
        priority: Option<Priority>,
        /// The rules, in order: the list, or its text.
        rules: Option<RulesIn>,
        /// Cases that must come out as they say whenever the list is saved.
        cases: Option<Cases>,
        /// Until when; null or left out for no end.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Grant an entitlement
///
/// What it confers under that name already is replaced.
#[utoipa::path(post, path = "/groups/{group}/entitlements", tag = "groups", request_body = NewEntitlement, responses((status = 200, body = Rows<EntitlementRow>)))]
pub(crate) async fn confer(group: Of<Group>, Write { act, body }: Write<NewEntitlement>) -> Answer {
    save(act, &group, None, body).await
}

/// Replace what a group confers
///
/// By the entitlement's id or by what it is called; another name in the body renames it. Its
/// members in the body are all it has afterwards.
#[utoipa::path(put, path = "/groups/{group}/entitlements/{entitlement}", tag = "groups", request_body = NewEntitlement, responses((status = 200, body = Rows<EntitlementRow>)))]
pub(crate) async fn reconfer(
    group: Of<Group>,
    conferred: Of<Entitlement>,
    Write { act, body }: Write<NewEntitlement>,
) -> Answer {
    save(act, &group, Some(conferred.id), body).await
}

async fn save(
    act: Act,
    group: &Group,
    replaces: Option<Id<Entitlement>>,
    mut body: NewEntitlement,
) -> Answer {
    let operation = GrantEntitlement {
        group: group.id,
        replaces,
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: std::mem::take(&mut body.reason).unwrap_or_default(),
        grant: grant(body)?,
    };
    act.run(operation, |done| {
        let edits = done.change.edits::<Entitlement>();
        let conferred = edits.filter_map(|edit| edit.after.as_deref());
        let row = |e| EntitlementRow::of(done.world, e);
        done.answer(&Rows::of(conferred.map(row)))
    })
    .await
}

/// The one grant that was meant.
fn grant(body: NewEntitlement) -> Result<Grant, Refusal> {
    let of_list = [
        ("/priority", body.priority.is_some()),
        ("/rules", body.rules.is_some()),
        ("/cases", body.cases.is_some()),
    ];
    match (body.permission, body.list) {
        (Some(name), None) => {
            let strange: Vec<_> = of_list
                .iter()
                .filter(|(_, given)| *given)
                .map(|(at, _)| FieldError::new(*at, "only a list of rules has this; leave it out"))
                .collect();
            if !strange.is_empty() {
                return Err(Refusal::Invalid(strange));
            }
            let environments: BTreeSet<_> = body.environments.into_iter().flatten().collect();
            Ok(Grant::Permission(Permission { name, environments }))
        }
        (None, Some(name)) => {
            if body.environments.is_some() {
                let wrong = "only a permission has this; say it in the rules instead";
                return Err(Refusal::invalid("/environments", wrong));
            }
            let Some(RulesIn(rules)) = body.rules else {
                let wrong = "a list has rules; send at least `[]`";
                return Err(Refusal::invalid("/rules", wrong));
            };
            let Cases(cases) = body.cases.unwrap_or_default();
            let case_faults = cases_of(&rules, &cases);
            if !case_faults.is_empty() {
                return Err(Refusal::Invalid(case_faults));
            }
            Ok(Grant::Rules(Rules {
                name,
                priority: body.priority.map_or(0, |priority| priority.0),
                rules: Arc::new(rules),
                cases,
            }))
        }
        (None, None) => Err(Refusal::invalid(
            "/permission",
            "name what is to be conferred: a `permission`, or a `list` of `rules`",
        )),
        (Some(_), Some(_)) => Err(Refusal::invalid(
            "/list",
            "one entitlement is a permission or a list of rules; send two requests for both",
        )),
    }
}

/// What is wrong with the cases of a list, each where it stands.
fn cases_of(rules: &RuleList, cases: &[serde_json::Value]) -> Vec<FieldError> {
    let cases = serde_json::Value::Array(cases.to_vec());
    let faults = try_cases(rules, Written::Value(&cases)).into_iter();
    faults
        .map(|(at, message)| {
            let at = at.map_or_else(|| "/cases".to_owned(), |at| format!("/cases/{at}"));
            FieldError::new(at, message)
        })
        .collect()
}

/// Remove an entitlement from a group
///
/// By the entitlement's id or by what it is called, such as the permission's name.
#[utoipa::path(delete, path = "/groups/{group}/entitlements/{entitlement}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn withhold(conferred: Of<Entitlement>, act: Act) -> Answer {
    let (id, name) = (conferred.id, conferred.grant.label());
    act.delete(id, name, RevokeEntitlement { entitlement: id })
        .await
}
