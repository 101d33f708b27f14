//! What every page shares: who looks at which world, and the shell around it.

use askama::Template;
use axum::{
    extract::{FromRequestParts, MatchedPath, RawPathParams},
    http::request::Parts,
    response::{Html, IntoResponse, Response},
};
use portcullis_app::tasks::expiry_held_in;
use portcullis_model::{
    Action, App, Expiry, Group, Id, MembershipKind, Noun, OperationName, Position, Refusal, Tag,
    Target, Timestamp, User, World, may,
};
use portcullis_store::{LogEntry, SubjectKind};

use super::convert;
use crate::{
    At, View, Web,
    auth::{Proof, Viewer, cookie},
    error::Failure,
    http::path::Keyed,
    ui, words,
};

/// Who looks at which world: what a page is made from.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub viewer: Viewer,
    pub view: View,
    /// The page's own path and query.
    pub path: String,
    /// The route that led here, such as `/people/{login}/edit`.
    route: String,
    params: Vec<(String, String)>,
    theme: &'static str,
    personas: Vec<ui::Persona>,
    notice: Option<ui::Notice>,
    /// What an admin should look at, whatever the page.
    alarm: Option<String>,
}

impl Page {
    pub(crate) fn world(&self) -> &World {
        &self.view.world
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.view.now
    }

    /// A moment as the page tells it.
    pub(crate) fn when(&self, at: &Timestamp) -> ui::When {
        convert::when(*at, self.viewer.context.now)
    }

    /// An end as the page tells it.
    pub(crate) fn ends(&self, ends: &Expiry) -> ui::ExpiryPill {
        convert::ends(*ends, self.viewer.context.now)
    }

    /// The app a group is of.
    pub(crate) fn app_of(&self, group: &Group) -> Option<ui::Entity> {
        let app = group.app().and_then(|app| self.world().app(app));
        app.map(convert::app)
    }

    /// Whom somebody reports to.
    pub(crate) fn manager_of(&self, user: &User) -> Option<ui::Entity> {
        let manager = user.manager.and_then(|id| self.world().user(id));
        manager.map(convert::user)
    }

    /// How many members or owners a group has.
    pub(crate) fn count(&self, group: &Group, kind: MembershipKind) -> usize {
        self.world().holder_count(group.id, kind, self.now())
    }

    /// Who decides about a group, as a list says it: how many owners it has, or its app where it has
    /// none.
    pub(crate) fn owners(&self, group: &Group) -> ui::Owners {
        let world = self.world();
        let of_app = || {
            let owners = world.owners_group(group.app()?)?;
            Some(self.count(owners, MembershipKind::Owner))
        };
        match self.count(group, MembershipKind::Owner) {
            0 => ui::Owners {
                count: of_app().unwrap_or(0),
                of_app: true,
            },
            count => ui::Owners {
                count,
                of_app: false,
            },
        }
    }

    /// Whether to offer an action: the viewer may do it, and the page shows the present.
    pub(crate) fn may(&self, action: Action, target: Target<'_>) -> bool {
        self.view.at == At::Now
            && may(&self.viewer.world, &self.viewer.context, action, target).is_ok()
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.viewer
            .world
            .is_admin(self.viewer.id, self.viewer.context.now)
    }

    /// What the address names in its part `{name}`.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.maybe_param(name).unwrap_or_default()
    }

    fn maybe_param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What the address names, as it is now.
    pub(crate) fn one<T: Keyed>(&self) -> Result<&T::Found, Refusal> {
        self.named::<T>(&self.viewer.world)
    }

    /// The same, where the address may name none.
    pub(crate) fn maybe<T: Keyed>(&self) -> Result<Option<&T::Found>, Refusal> {
        self.key::<T>().map(|_| self.one::<T>()).transpose()
    }

    /// What the address names, as the page shows it.
    pub(crate) fn shown<T: Keyed>(&self) -> Result<&T::Found, Refusal> {
        self.named::<T>(self.world())
    }

    fn named<'p, T: Keyed>(&'p self, world: &'p World) -> Result<&'p T::Found, Refusal> {
        let key = self.key::<T>().unwrap_or_default();
        let noun = match T::NOUN {
            Noun::User => Noun::Person,
            noun => noun,
        };
        T::find(world, key, self.viewer.id).ok_or_else(|| Refusal::not_found(noun, key))
    }

    /// What names it: the part `{login}` of the address for a person, `{id}` for anything else.
    fn key<T: Keyed>(&self) -> Option<&str> {
        self.maybe_param(match T::NOUN {
            Noun::User => "login",
            _ => "id",
        })
    }

    /// The value of a query parameter; empty if absent.
    pub(crate) fn query(&self, name: &str) -> String {
        query_value(&self.path, name).unwrap_or_default()
    }

    /// The same address with query parameters set, or removed where the value is empty.
    pub(crate) fn with_query(&self, set: &[(&str, &str)]) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let kept = form_pairs(query.as_bytes())
            .into_iter()
            .filter(|(key, _)| key != "done" && set.iter().all(|(name, _)| name != key));
        let added = set
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        convert::with_pairs(path, kept.chain(added))
    }

    /// Where the page sends what is done on it: the same address with what it is about by id, which
    /// means the same still when something else has its name.
    pub(crate) fn acting(&self) -> String {
        let address = self.with_query(&[]);
        let (path, query) = address.split_at(address.find('?').unwrap_or(address.len()));
        let user = self.one::<User>().ok().map(|user| user.id.to_string());
        let id = match self.route.split('/').nth(1) {
            Some("groups" | "roles") => self.one::<Group>().ok().map(|group| group.id.to_string()),
            Some("apps") => self.one::<App>().ok().map(|app| app.id.to_string()),
            Some("tags") => self.one::<Tag>().ok().map(|tag| tag.id.to_string()),
            _ => None,
        };
        let named = path.split('/').zip(self.route.split('/'));
        let parts = named.map(|(part, name)| match name {
            "{login}" => user.as_deref().unwrap_or(part),
            "{id}" => id.as_deref().unwrap_or(part),
            _ => part,
        });
        parts.collect::<Vec<_>>().join("/") + query
    }

    /// The same address up to and including the value-less parameter `name`.
    pub(crate) fn with_last(&self, set: &[(&str, &str)], name: &str) -> String {
        let address = self.with_query(set);
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}{name}=")
    }

    /// The frame around the page.
    pub(crate) fn shell(&self) -> ui::Shell {
        let user = self.viewer.user();
        let (name, login) = user.map_or(("", ""), |user| (user.name.as_str(), user.login.as_str()));
        let href = format!("/people/{}", convert::escape(login));
        let who = ui::Viewer {
            name: name.to_owned(),
            login: login.to_owned(),
            href,
            is_admin: self.is_admin(),
            signed_in: matches!(self.viewer.proof, Proof::Session(_)),
        };
        let now = self.viewer.context.now;
        let waiting = self.viewer.world.waits_for(self.viewer.id, now).len();
        let mut nav = all_places(&self.path, self.is_admin());
        for place in nav.iter_mut().filter(|place| place.href == "/requests") {
            place.badge = (waiting > 0).then_some(waiting);
        }
        ui::Shell {
            nav,
            personas: self.personas.clone(),
            notice: self.notice.clone(),
            alarm: self.alarm.clone(),
            theme: self.theme,
            query: match self.route.as_str() {
                "/search" => self.query("q"),
                _ => String::new(),
            },
            path: self.path.clone(),
            past: self.past(),
            log_position: Some(self.view.world.position().0),
            ..ui::Shell::new(who, self.viewer.csrf(), now.to_jiff())
        }
    }
}

impl FromRequestParts<Web> for Page {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let viewer = <Viewer as FromRequestParts<Web>>::from_request_parts(parts, web).await?;
        let view = View::from_request_parts(parts, web).await?;
        // What is not found by any route has none.
        let params = RawPathParams::from_request_parts(parts, web).await;
        let params = params.map_or_else(
            |_| Vec::new(),
            |params| {
                let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
                params.iter().map(owned).collect()
            },
        );
        let path = parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let theme = match cookie(&parts.headers, "theme") {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "",
        };
        let personas = web
            .personas()
            .iter()
            .filter_map(|(id, note)| {
                let user = viewer.world.user(*id)?;
                Some(ui::Persona {
                    name: user.name.to_string(),
                    login: user.login.to_string(),
                    note: note.clone(),
                    current: *id == viewer.id,
                })
            })
            .collect();
        let done = query_value(&path, "done")
            .and_then(|text| text.parse().ok())
            .map(Position);
        let notice = match done {
            Some(position) => notice(web, &viewer, position).await?,
            None => None,
        };
        let is_admin = viewer.world.is_admin(viewer.id, viewer.context.now);
        let alarm = is_admin.then(|| expiry_held_in(web.app())).flatten();
        let route = parts.extensions.get::<MatchedPath>();
        Ok(Self {
            viewer,
            view,
            route: route.map_or_else(|| path.clone(), |route| route.as_str().to_owned()),
            path,
            params,
            theme,
            personas,
            notice,
            alarm,
        })
    }
}

/// The places in the rail, the one of `path` marked; for admins also what only they see.
fn all_places(path: &str, is_admin: bool) -> Vec<ui::NavItem> {
    let mut all = places(path);
    if is_admin {
        let settings = ui::NavItem::new("Settings", "/settings", "rule", path);
        all.insert(all.len() - 1, settings);
    }
    all
}

/// The places in the rail, the one of `path` marked.
pub(super) fn places(path: &str) -> Vec<ui::NavItem> {
    let place = |label, href, icon| ui::NavItem::new(label, href, icon, path);
    vec![
        place("Home", "/", "home"),
        place("Requests", "/requests", "inbox"),
        place("People", "/people", "person"),
        place("Groups", "/groups", "group"),
        place("Roles", "/roles", "role"),
        place("Apps", "/apps", "app"),
        place("Expiring", "/expiring", "clock"),
        place("Why", "/why", "key"),
        place("Compare", "/compare", "compare"),
        place("Rules", "/rules", "rule"),
        place("Tags", "/tags", "tag"),
        place("Activity", "/activity", "activity"),
        place("Help", "/help", "info"),
    ]
}

/// What was just done, with a way to take it back; shown to whoever did it.
async fn notice(
    web: &Web,
    viewer: &Viewer,
    position: Position,
) -> Result<Option<ui::Notice>, Failure> {
    let entry = web.app().store().entry(position).await?;
    Ok(entry
        .filter(|entry| entry.actor.user() == Some(viewer.id))
        .map(|entry| ui::Notice {
            title: done(viewer, &entry),
            undo: (entry.undoes.is_none()
                && entry.undone_by.is_none()
                && can_be_undone(entry.operation))
            .then(|| format!("/activity/{position}/undo")),
        }))
}

/// Whether something done by a page is offered to be undone: what was revoked stays so.
const fn can_be_undone(operation: OperationName) -> bool {
    use OperationName as O;
    !matches!(
        operation,
        O::SessionBegin
            | O::SessionEnd
            | O::TokenRevoke
            | O::TokenRotate
            | O::LinkIssue
            | O::ProviderSave
            | O::ProviderSwitch
            | O::ProviderDelete
    )
}

/// What was done; where it was done to people, to whom.
fn done(viewer: &Viewer, entry: &LogEntry) -> String {
    /// More people than this are counted.
    const MOST: usize = 4;
    let said = words::done(entry.operation);
    let placed = [
        OperationName::GroupAddPeople,
        OperationName::GroupRemovePeople,
    ];
    if !placed.contains(&entry.operation) {
        return said.to_owned();
    }
    let users = entry
        .subjects
        .iter()
        .filter(|it| it.kind == SubjectKind::User);
    let mut names: Vec<_> = users
        .map(|it| match viewer.world.user(Id::new(it.id)) {
            Some(user) => user.name.to_string(),
            None => it.label.clone(),
        })
        .collect();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    if names.is_empty() {
        return said.to_owned();
    }
    let (said, names) = (said.trim_end_matches('.'), names.join(", "));
    match more {
        0 => format!("{said}: {names}."),
        more => format!("{said}: {names} and {more} more."),
    }
}

/// A template as an answer.
pub(crate) fn render(template: &impl Template) -> Result<Response, Failure> {
    let html = template
        .render()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(Html(html).into_response())
}

/// The pairs of a query or form body.
pub(crate) fn form_pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn query_value(path: &str, name: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    pair(query, name)
}

/// The value of a parameter in a query.
pub(super) fn pair(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_pairs(query.as_bytes()).into_iter();
    pairs.find(|(key, _)| key == name).map(|(_, value)| value)
}
