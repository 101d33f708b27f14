//! What groups confer as it is described: by the members that each kind has.

use portcullis_model::{
    EntitlementKind,
    entitlement::{Member, Takes},
};
use utoipa::openapi::{ArrayBuilder, OneOfBuilder, RefOr, Schema, schema::Type};

use crate::{
    api::{body::described, rules::wire::Rules as RulesIn},
    http::text::{of_type, text},
};

/// What a member takes.
pub(super) fn taken_by(member: &Member) -> RefOr<Schema> {
    let about = Some(member.about);
    let named = |most| text().max_length(Some(most)).min_length(Some(1));
    match member.takes {
        Takes::Permission => named(255).description(about).into(),
        Takes::Text(most) => named(most).description(about).into(),
        Takes::Texts(most) => ArrayBuilder::new()
            .items(named(most))
            .description(about)
            .into(),
        Takes::Number => of_type(Type::Integer).description(about).into(),
        Takes::Rules => described::<RulesIn>(member.about),
        Takes::Objects => ArrayBuilder::new()
            .items(of_type(Type::Object))
            .description(about)
            .into(),
    }
}

/// What a [`Grant`] is on the wire: the members of its kind, and which that is.
pub(crate) struct GrantBody;

impl utoipa::PartialSchema for GrantBody {
    fn schema() -> RefOr<Schema> {
        let of_kind = |kind: EntitlementKind| {
            let named = text().enum_values(Some([kind.as_str()]));
            let object = of_type(Type::Object).property("grant", named);
            kind.members()
                .iter()
                .fold(object.required("grant"), |object, member| {
                    let object = object.property(member.name, taken_by(member));
                    match member.takes {
                        // Left out where there are none.
                        Takes::Texts(_) | Takes::Objects => object,
                        _ => object.required(member.name),
                    }
                })
        };
        let kinds = EntitlementKind::ALL.into_iter().map(of_kind);
        kinds.fold(OneOfBuilder::new(), OneOfBuilder::item).into()
    }
}

impl utoipa::ToSchema for GrantBody {}
