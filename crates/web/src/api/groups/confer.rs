//! Change what membership of a group confers.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use portcullis_app::group::Confer;
use portcullis_model::{
    Ends, Fault, Grant, Permission, Refusal,
    entitlement::Rules,
    name::{Environment, Name, PermissionName, Reason},
};

use crate::api::{
    extract::{Answer, Key, Write},
    input::{Free, body},
    wire::{EntitlementRow, Rows},
};

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
        priority: Option<Free>,
        /// The rules, in order.
        rules: Option<Free>,
        /// Cases that must come out as they say whenever the list is saved.
        cases: Option<Free>,
        /// Until when; null or left out for no end.
        until: Option<Ends>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Let a group confer something
///
/// What it confers under that name already is replaced.
#[utoipa::path(post, path = "/groups/{group}/entitlements", tag = "groups", request_body = NewEntitlement, responses((status = 200, body = Rows<EntitlementRow>)))]
pub(crate) async fn confer(
    Key(key): Key,
    Write { act, mut body, .. }: Write<NewEntitlement>,
) -> Answer {
    let operation = Confer {
        group: act.group(&key)?,
        until: body.until.unwrap_or(Ends::NEVER),
        reason: std::mem::take(&mut body.reason).unwrap_or_default(),
        grant: grant(body)?,
    };
    act.run(StatusCode::OK, operation, |done| {
        let items = done
            .change
            .changes
            .iter()
            .filter_map(|change| match change {
                portcullis_model::Change::Entitlement(edit) => edit.after.as_deref(),
                _ => None,
            });
        done.answer(&Rows {
            items: items.map(|e| EntitlementRow::of(done.world, e)).collect(),
        })
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
                .map(|(at, _)| Fault::new(*at, "only a list of rules has this; leave it out"))
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
            let mut list = serde_json::json!({ "list": name });
            let given = [
                ("priority", body.priority),
                ("rules", body.rules),
                ("cases", body.cases),
            ];
            for (member, value) in given {
                if let Some(Free(value)) = value {
                    list[member] = value;
                }
            }
            serde_json::from_value::<Rules>(list)
                .map(Grant::Rules)
                .map_err(|wrong| Refusal::invalid("/rules", wrong.to_string()))
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
