//! Roles merged and split.

use portcullis_app::role::{MergeRoles, SplitRole};

use super::new::{Described, end, may_create};
use crate::pages::{pick::Kind, prelude::forms::*};

pub(super) struct Merge(Group);

impl Form for Merge {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.one::<Role>()?;
        allowed(page, Action::AddPeople, Target::Group(group))?;
        Ok(Self(group.clone()))
    }

    fn draw(&self, _: &Page, form: &mut FormPage<'_>) {
        let into = &self.0;
        form.title = format!("Merge a role into {}", into.name);
        form.lead = format!(
            "Its people and groups move to {}, and it is deleted. Where both include the same, the later end date stays.",
            into.name
        );
        form.of_group(into);
        form.one(Kind::Role, "from", "Role to merge", None)
            .required();
        end(form);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let into = &self.0;
        let (from, reason) = (input.one(Kind::Role, "from"), input.reason());
        let role = from.and_then(|from| input.world().group(from));
        let named = role.map_or("a role", |role| role.name.as_str());
        let title = format!("Merge {named} into {} and delete it", into.name);
        let operation = MergeRoles {
            into: into.id,
            from: from?,
            reason: reason?,
        };
        let cancel = convert::group_href(into);
        Some(Step::new(operation, title, "Merge", cancel).always())
    }
}

pub(super) struct Split(Group);

impl Form for Split {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.one::<Role>()?;
        may_create(page)?;
        Ok(Self(group.clone()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (world, role) = (&page.viewer.world, &self.0);
        form.title = format!("Split {}", role.name);
        form.lead = "The groups you select move to a new role with the same people: they stay in every group and keep every permission, and are in two roles instead of one.".into();
        form.of_group(role);
        Described::draw(page, form, "");
        let boxes = world.targets_of(role.id).filter_map(|inclusion| {
            let group = world.group(inclusion.target)?;
            let check = form.check("groups", group.id.to_string(), &*group.name, false);
            Some(check.help(match inclusion.kind {
                MembershipKind::Owner => "as owner",
                MembershipKind::Member => "",
            }))
        });
        let mut boxes: Vec<_> = boxes.collect();
        boxes.sort_by(|a, b| a.label.cmp(&b.label));
        let (label, none) = (
            ("groups", "Groups to move"),
            "This role includes no groups.",
        );
        form.boxes(label, boxes, MOST_BOXES, none, MORE_GROUPS);
        end(form);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let (role, text) = (&self.0, Described::read(input)?);
        let operation = SplitRole {
            role: role.id,
            name: text.name,
            description: text.description,
            groups: input.ticked_groups(),
            reason: text.reason,
        };
        let title = format!("Split {} off {}", input.text("name"), role.name);
        let cancel = convert::group_href(role);
        Some(Step::new(operation, title, "Split", cancel).always())
    }
}
