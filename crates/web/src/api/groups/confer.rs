//! What membership of a group confers, and changing it.

use portcullis_app::{
    group::{GrantEntitlement, RevokeEntitlement},
    rules::{Written, try_cases},
};
use portcullis_model::{
    Action, Entitlement, EntitlementKind, Expiry, FieldError, Grant, Group, Id, Refusal, Target,
    entitlement::{Member, Takes},
    may,
    name::Reason,
};
use portcullis_rules::Budget;
use serde_json::Value;
use utoipa::openapi::{
    RefOr, Schema,
    schema::{AdditionalProperties, Type},
};

use super::{members::taken_by, wire::EntitlementRow};
use crate::{
    api::{
        Act, Answer, Of, Page, Paging, Read, Write,
        body::{Fields, FromJson, described},
        wire::{Deleted, Rows},
    },
    http::text::of_type,
};

/// List what a group confers
#[utoipa::path(get, path = "/groups/{group}/entitlements", tag = "groups", params(Paging), responses((status = 200, body = Page<EntitlementRow>)))]
pub(crate) async fn list_entitlements(group: Of<Group>, read: Read<Paging>) -> Answer {
    let conferred = read.world.entitlements_of(group.id);
    let mut all: Vec<_> = conferred
        .filter(|e| !e.validity.until.is_past(read.now))
        .collect();
    all.sort_by_key(|e| e.grant.key());
    let row = |e| EntitlementRow::of(&read.world, e);
    read.answer(&read.query.window()?.page(all, row))
}

/// What is to be conferred, by the members of its kind, until when and why. It is read when it is
/// known that the caller may confer something.
#[derive(Debug)]
pub(crate) struct NewEntitlement(Value);

/// The members of all kinds.
fn members() -> impl Iterator<Item = &'static Member> {
    EntitlementKind::ALL
        .into_iter()
        .flat_map(EntitlementKind::members)
}

struct Wish {
    grant: Grant,
    until: Expiry,
    reason: Reason,
}

impl NewEntitlement {
    /// Whether there are rules in it, which take long to look through.
    fn has_rules(&self) -> bool {
        members().any(|member| member.takes == Takes::Rules && self.0.get(member.name).is_some())
    }

    fn load(&self, budget: &Budget) -> Result<Wish, Refusal> {
        let mut faults = Vec::new();
        let wish = self.read(&mut faults, budget);
        wish.ok_or(Refusal::Invalid(faults))
    }

    fn read(&self, faults: &mut Vec<FieldError>, budget: &Budget) -> Option<Wish> {
        let mut known: Vec<_> = members().map(|member| member.name).collect();
        known.extend(["until", "reason"]);
        let fields = Fields::new(&self.0, "", &known, faults)?;
        let until = fields.member::<Option<Expiry>>("until", faults);
        let reason = fields.member::<Option<Reason>>("reason", faults);
        let grant = Grant::read(self.0.as_object()?, "", faults, budget);
        let wish = Wish {
            grant: grant?,
            until: until?.unwrap_or(Expiry::NEVER),
            reason: reason?.unwrap_or_default(),
        };
        faults.extend(cases_of(&wish.grant, "", budget));
        faults.is_empty().then_some(wish)
    }
}

impl FromJson for NewEntitlement {
    fn read(value: &Value, _: &str, _: &mut Vec<FieldError>) -> Option<Self> {
        Some(Self(value.clone()))
    }

    fn describe() -> RefOr<Schema> {
        <Self as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::PartialSchema for NewEntitlement {
    fn schema() -> RefOr<Schema> {
        let about = "What is to be conferred, by the members of its kind: a permission, or a list of rules.";
        let none = AdditionalProperties::<Schema>::FreeForm(false);
        let object = of_type(Type::Object).description(Some(about));
        let mut object = object.additional_properties(Some(none));
        for member in members() {
            object = object.property(member.name, taken_by(member));
        }
        let until = described::<Expiry>("Until when; null or left out for no end.");
        let reason = described::<Reason>("Why.");
        object
            .property("until", until)
            .property("reason", reason)
            .into()
    }
}

impl utoipa::ToSchema for NewEntitlement {}

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
    body: NewEntitlement,
) -> Answer {
    let viewer = &act.viewer;
    may(
        &viewer.world,
        &viewer.context,
        Action::GrantEntitlement,
        Target::Group(group),
    )?;
    let wish = match body.has_rules() {
        true => {
            let load = move |budget: &Budget| body.load(budget);
            act.web.costly(viewer.id, load).await??
        }
        false => body.load(&Budget::unlimited())?,
    };
    let operation = GrantEntitlement {
        group: group.id,
        replaces,
        until: wish.until,
        reason: wish.reason,
        grant: wish.grant,
    };
    act.run(operation, |done| {
        let edits = done.change.edits::<Entitlement>();
        let conferred = edits.filter_map(|edit| edit.after.as_deref());
        let row = |e| EntitlementRow::of(done.world, e);
        done.answer(&Rows::of(conferred.map(row)))
    })
    .await
}

/// What is wrong with the cases of what is granted, each where it stands.
fn cases_of(grant: &Grant, at: &str, budget: &Budget) -> Vec<FieldError> {
    let cases = Value::Array(grant.cases().to_vec());
    let faults = try_cases(&grant.rules(), Written::Value(&cases), budget).into_iter();
    faults
        .map(|(case, message)| {
            let case = case.map_or_else(String::new, |case| format!("/{case}"));
            FieldError::new(format!("{at}/cases{case}"), message)
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
