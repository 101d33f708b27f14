//! Registered resources: what searches look through and decisions may look at.

use std::collections::BTreeMap;

use portcullis_model::{
    ChangeSet, Context, Edit, Id, Noun, OperationName, Refusal, Resource, World,
};

use crate::Operation;

/// Registers a resource, or replaces the properties of one that is registered.
#[derive(Clone, Debug)]
pub struct RegisterResource {
    /// Its type in requests.
    pub resource_type: String,
    /// Its id in requests.
    pub resource_id: String,
    /// What is known of it; requests cannot override it.
    pub properties: BTreeMap<String, serde_json::Value>,
}

impl Operation for RegisterResource {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        for (field, value) in [("type", &self.resource_type), ("id", &self.resource_id)] {
            if value.is_empty() || value.chars().count() > 255 {
                return Err(Refusal::invalid(
                    field,
                    format!("the {field} has 1 to 255 characters"),
                ));
            }
        }
        let there = world.resource_by_key(&self.resource_type, &self.resource_id);
        let after = Resource {
            id: there.map_or_else(|| context.id(), |resource| resource.id),
            source: None,
            resource_type: self.resource_type.as_str().into(),
            resource_id: self.resource_id.as_str().into(),
            properties: self.properties.clone(),
        };
        let mut change = ChangeSet::new(OperationName::ResourceRegister);
        match there {
            None => change.push(Edit::create(after)),
            Some(before) if *before != after => change.push(Edit::update(before.clone(), after)),
            Some(_) => {}
        }
        Ok(change)
    }
}

/// Forgets a registered resource.
#[derive(Clone, Copy, Debug)]
pub struct ForgetResource {
    /// Which.
    pub resource: Id<Resource>,
}

impl Operation for ForgetResource {
    fn plan(&self, world: &World, _: &Context) -> Result<ChangeSet, Refusal> {
        let resource = world
            .resource(self.resource)
            .ok_or_else(|| Refusal::not_found(Noun::Resource, self.resource))?;
        Ok(ChangeSet::new(OperationName::ResourceForget).with(Edit::end(resource.clone())))
    }
}
