//! Lists of pending requests.

use crate::{
    Group, Id, Request, Timestamp, User,
    world::{World, contain},
};

/// Which pending requests. What is decided is history, and the store's to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestQuery<'q> {
    /// Text in the reason, in the requester's login or name, or in the group's name.
    pub q: &'q str,
    /// About this group.
    pub group: Option<Id<Group>>,
    /// Filed by this user.
    pub requester: Option<Id<User>>,
}

impl RequestQuery<'_> {
    /// Those that wait for `decider`, oldest first.
    #[must_use]
    pub fn waiting<'w>(
        &self,
        world: &'w World,
        decider: Id<User>,
        now: Timestamp,
    ) -> Vec<&'w Request> {
        let mut waiting = world.waits_for(decider, now);
        waiting.retain(|request| self.takes(world, request));
        waiting
    }

    fn takes(&self, world: &World, request: &Request) -> bool {
        let about = request.wants.group();
        self.group.is_none_or(|group| about == Some(group))
            && self.requester.is_none_or(|user| request.requester == user)
            && self.says(world, request)
    }

    fn says(&self, world: &World, request: &Request) -> bool {
        let by = world.user(request.requester);
        let about = request.wants.place(world).map(|(group, _)| group);
        let texts = [
            request.reason.as_str(),
            by.map_or("", |by| &by.login),
            by.map_or("", |by| &by.name),
            about.as_ref().map_or("", |group| &group.name),
        ];
        contain(&texts, self.q)
    }
}
