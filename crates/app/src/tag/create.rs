//! Create a tag.

use portcullis_model::{
    ChangeSet, Constraints, Context, Edit, OperationName, Refusal, Tag, World,
    name::{Description, Name},
};

use crate::Operation;

/// Makes a tag; it constrains nothing until it is put on an app or group.
#[derive(Clone, Debug)]
pub struct CreateTag {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Whether it constrains what carries it.
    pub enabled: bool,
    /// What it demands.
    pub constraints: Constraints,
}

impl Operation for CreateTag {
    fn plan(&self, _: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        Ok(
            ChangeSet::new(OperationName::TagCreate).with(Edit::create(Tag {
                id: context.id(),
                name: self.name.clone(),
                description: self.description.clone(),
                enabled: self.enabled,
                constraints: self.constraints,
            })),
        )
    }
}
