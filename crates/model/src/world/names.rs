//! What is called how, and what would pass for it: the spaces in which a name may be had only once.

use std::sync::Arc;

use imbl::OrdMap;
use uuid::Uuid;

use super::{NameSpace, World};
use crate::letters;

impl World {
    /// `name` is had in `space` from now on.
    pub(super) fn look(&mut self, space: NameSpace, name: &str) {
        if letters::is_plain(name) {
            return;
        }
        for look in letters::looks(name) {
            let alike = self.looks.entry((space, look.into())).or_default();
            alike.insert(letters::fold(name).into(), ());
        }
    }

    /// `name` is had in `space` no more.
    pub(super) fn unlook(&mut self, space: NameSpace, name: &str) {
        if letters::is_plain(name) {
            return;
        }
        for look in letters::looks(name) {
            let key = (space, Arc::from(look));
            if let Some(alike) = self.looks.get_mut(&key) {
                alike.remove(letters::fold(name).as_str());
                if alike.is_empty() {
                    self.looks.remove(&key);
                }
            }
        }
    }

    /// What `index` has under `name`, in whichever normal form either is written. Where an earlier
    /// version let two differ by that alone, each is found as it is written.
    pub(super) fn by_name<'w, V>(
        &self,
        index: &'w OrdMap<Arc<str>, V>,
        space: NameSpace,
        name: &str,
    ) -> Option<&'w V> {
        let folded = letters::fold(name);
        let found = index.get(folded.as_str());
        if found.is_some() || folded.is_ascii() {
            return found;
        }
        let key = letters::key(name);
        index.get(key.as_str()).or_else(|| {
            self.looking_like(space, name)
                .find(|other| letters::key(other) == key)
                .and_then(|other| index.get(other))
        })
    }

    fn looking_like<'w>(
        &'w self,
        space: NameSpace,
        name: &str,
    ) -> impl Iterator<Item = &'w str> + use<'w> {
        let looks = if self.looks.is_empty() {
            Vec::new()
        } else {
            letters::looks(name)
        };
        looks
            .into_iter()
            .filter_map(move |look| self.looks.get(&(space, Arc::from(look))))
            .flat_map(|alike| alike.keys())
            .map(|key| &**key)
    }

    /// Names in `space` that `name` would pass for, or is but for its normal form, with whose they are.
    pub(crate) fn alike(&self, space: NameSpace, name: &str) -> Vec<(Uuid, &str)> {
        let mut all: Vec<_> = self
            .looking_like(space, name)
            .flat_map(|key| self.had_under(space, key))
            .collect();
        // What looks like ASCII throughout is rare enough to look at every name there is.
        if !letters::is_plain(name) && letters::looks(name).iter().any(|look| look.is_ascii()) {
            let others = self.names(space);
            all.extend(others.filter(|(_, other)| letters::is_plain(other)));
        }
        all.retain(|(_, other)| letters::alike(name, other));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn had_under<'w>(&'w self, space: NameSpace, key: &'w str) -> Vec<(Uuid, &'w str)> {
        match space {
            NameSpace::Person => {
                let user = self.logins.get(key).map(|(_, user)| &**user);
                let by_login = user.map(|user| (user.id.uuid(), &*user.login));
                let user = self.emails.get(key).and_then(|ix| self.user_at(*ix));
                let by_email = user.and_then(|node| {
                    let email = node.user.email.as_deref()?;
                    Some((node.user.id.uuid(), email))
                });
                by_login.into_iter().chain(by_email).collect()
            }
            NameSpace::Group => {
                let group = self.group_names.get(key).and_then(|ix| self.group_at(*ix));
                let group = group.map(|node| (node.group.id.uuid(), &*node.group.name));
                group.into_iter().collect()
            }
            NameSpace::App => {
                let app = self.app_names.get(key).and_then(|id| self.apps.get(id));
                let app = app.map(|node| (node.app.id.uuid(), &*node.app.name));
                app.into_iter().collect()
            }
            NameSpace::Tag => {
                let tag = self.tag_names.get(key).and_then(|id| self.tags.get(id));
                let tag = tag.map(|tag| (tag.id.uuid(), &*tag.name));
                tag.into_iter().collect()
            }
            NameSpace::Permission => vec![(Uuid::nil(), key)],
        }
    }

    fn names<'w>(&'w self, space: NameSpace) -> Box<dyn Iterator<Item = (Uuid, &'w str)> + 'w> {
        match space {
            NameSpace::Person => Box::new(self.users().flat_map(|user| {
                let email = user.email.as_deref();
                let both = [Some(&*user.login), email].into_iter().flatten();
                both.map(|name| (user.id.uuid(), name))
            })),
            NameSpace::Group => {
                Box::new(self.groups().map(|group| (group.id.uuid(), &*group.name)))
            }
            NameSpace::App => Box::new(self.apps().map(|app| (app.id.uuid(), &*app.name))),
            NameSpace::Tag => Box::new(self.tags().map(|tag| (tag.id.uuid(), &*tag.name))),
            NameSpace::Permission => {
                Box::new(self.permissions.keys().map(|key| (Uuid::nil(), &**key)))
            }
        }
    }

    /// Whether anybody confers a permission of that name.
    pub(crate) fn knows_permission(&self, name: &str) -> bool {
        self.permissions.contains_key(letters::key(name).as_str())
    }
}
