//! Roles merged and split.

use portcullis_app::role::{MergeRoles, SplitRole};

use super::new::{Described, end, may_create};
use crate::pages::{pick, prelude::forms::*};

pub(super) struct Merge(Group);

impl Form for Merge {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.one::<Role>()?;
        allowed(page, Action::AddPeople, Target::Group(group))?;
        Ok(Self(group.clone()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let into = &self.0;
        form.title = format!("Merge a role into {}", into.name);
        form.lead = format!(
            "Its people and groups move to {}, and it is deleted. Where both include the same, the later end date stays.",
            into.name
        );
        form.of_group(into);
        form.add(Line, "from", "Role to merge", "")
            .required()
            .options(pick::role_names(&page.viewer.world, Some(into.id)));
        end(form);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let into = &self.0;
        let (from, reason) = (input.role("from"), input.reason());
        let operation = MergeRoles {
            into: into.id,
            from: from?,
            reason: reason?,
        };
        let title = format!(
            "Merge {} into {} and delete it",
            input.text("from"),
            into.name
        );
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
        form.lead = "The groups you select move to a new role with the same people, so nobody gains or loses anything today.".into();
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
