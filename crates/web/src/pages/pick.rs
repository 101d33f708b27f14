//! Things named in forms and questions as people write and paste them: read as far as they are
//! clear, and offered to choose from where they are not.

use std::{cell::OnceCell, collections::HashMap};

use portcullis_model::{Action, App, Group, Id, Target, User, World, may, name, world::FoundKind};
use serde::Serialize;
use uuid::Uuid;

use super::frame::Page;
use crate::ui::cut;

/// More than this are not offered to choose from.
const MOST_OFFERS: usize = 8;
/// So many apps are looked at for those that may be offered.
const MOST_LOOKED_AT: usize = 200;
/// So many names of a list that are not clear are told; what follows is only counted.
const MOST_UNCLEAR: usize = 20;
/// So many names are read of a list; what follows is only counted.
const MOST_NAMES: usize = 1_000;
/// So much of a list is read, in bytes, and so many letters of a name.
const MOST_TEXT: usize = 65_536;
const LONGEST: usize = 300;
/// So many letters of a name are told back.
const SHOWN: usize = 61;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Person,
    /// Groups, roles among them.
    Group,
    Role,
    /// An app the viewer may make a group in.
    App,
}

impl Kind {
    /// How it is named in addresses and in the page's marks.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Group => "group",
            Self::Role => "role",
            Self::App => "app",
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::Person => "people",
            Self::Group => "groups",
            Self::Role => "roles",
            Self::App => "apps",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        let all = [Self::Person, Self::Group, Self::Role, Self::App];
        all.into_iter().find(|kind| kind.word() == word)
    }
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Offer {
    /// Its id, which a list of several sends.
    pub id: Uuid,
    /// What names it alone, which a line of one holds.
    pub text: String,
    pub label: String,
    pub detail: String,
}

impl Offer {
    pub(crate) fn user(user: &User) -> Self {
        let title = user.title();
        Self {
            id: user.id.uuid(),
            text: format!("{} ({})", user.name, user.login),
            label: user.name.to_string(),
            detail: match title {
                "" => user.login.to_string(),
                title => format!("{}, {title}", user.login),
            },
        }
    }

    pub(crate) fn group(group: &Group) -> Self {
        Self {
            id: group.id.uuid(),
            text: group.name.to_string(),
            label: group.name.to_string(),
            detail: super::convert::short(&group.description),
        }
    }

    pub(crate) fn app(app: &App) -> Self {
        Self {
            id: app.id.uuid(),
            text: app.name.to_string(),
            label: app.name.to_string(),
            detail: super::convert::short(&app.description),
        }
    }

    /// Its name and what tells it from others of that name.
    pub(crate) fn in_full(&self) -> String {
        match &*self.detail {
            "" => self.label.clone(),
            detail => format!("{}: {detail}", self.label),
        }
    }
}

/// A name that is not clear, and whom or what it may mean.
pub(crate) struct Unclear {
    pub text: String,
    pub wrong: String,
    pub offers: Vec<Offer>,
}

/// What was read of a field.
#[derive(Default)]
pub(crate) struct Read {
    /// What is clear, each once.
    pub found: Vec<Offer>,
    /// What is not, the first of it.
    pub unclear: Vec<Unclear>,
    /// How many names more were not read.
    pub more: usize,
}

impl Read {
    /// What is wrong with the field as a whole; nothing where all of it is clear.
    pub(crate) fn wrong(&self) -> Option<String> {
        let left = match self.more {
            0 => String::new(),
            1 => "; one more was left out".to_owned(),
            more => format!("; {more} more were left out"),
        };
        match (&self.unclear[..], self.more) {
            ([], 0) => None,
            ([], _) => Some(format!(
                "a list is read up to {MOST_NAMES} names and {} kB{left}",
                MOST_TEXT / 1024
            )),
            ([one], _) => Some(format!("{}{left}", one.wrong)),
            (several, _) => {
                let names = several
                    .iter()
                    .map(|it| format!("`{}`", cut(&it.text, SHOWN)));
                let names: Vec<_> = names.collect();
                Some(format!(
                    "{} names are not clear: {}; choose, correct or clear each{left}",
                    names.len(),
                    names.join(", ")
                ))
            }
        }
    }
}

/// Reads names of one kind.
pub(crate) struct Reader<'p> {
    /// Whose rights decide which apps are offered.
    page: Option<&'p Page>,
    world: &'p World,
    kind: Kind,
    /// People by their whole names, which several may share.
    names: OnceCell<HashMap<String, Vec<Id<User>>>>,
}

impl<'p> Reader<'p> {
    /// A reader of what a form is about: the world as it is now.
    pub(crate) fn new(page: &'p Page, kind: Kind) -> Self {
        Self::of(Some(page), &page.viewer.world, kind)
    }

    /// A reader of what a page shows, at whatever time.
    pub(crate) fn shown(page: &'p Page, kind: Kind) -> Self {
        Self::of(Some(page), page.world(), kind)
    }

    fn of(page: Option<&'p Page>, world: &'p World, kind: Kind) -> Self {
        Self {
            page,
            world,
            kind,
            names: OnceCell::new(),
        }
    }

    /// Reads a list as it was pasted, in one piece or several: names, logins, addresses or ids,
    /// separated by commas, semicolons or new lines, logins and addresses also by spaces.
    pub(crate) fn list<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Read {
        let mut read = Read::default();
        let mut left = MOST_TEXT;
        for text in texts {
            if text.len() > left {
                read.more += 1;
                continue;
            }
            left -= text.len();
            let pieces = text.split([',', ';', '\n', '\r', '\t']).map(str::trim);
            for piece in pieces.filter(|piece| !piece.is_empty()) {
                self.piece(piece, &mut read);
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        read.found.retain(|offer| seen.insert(offer.id));
        read
    }

    fn piece(&self, piece: &str, read: &mut Read) {
        if read.unclear.len() >= MOST_UNCLEAR || read.found.len() >= MOST_NAMES {
            read.more += 1;
            return;
        }
        let words: Vec<_> = piece.split_whitespace().collect();
        if piece.len() > LONGEST {
            match (self.kind, words.len()) {
                // Logins in a row.
                (Kind::Person, 2..) => words.iter().for_each(|word| self.piece(word, read)),
                _ => read
                    .unclear
                    .push(self.unclear(&cut(piece, SHOWN), Vec::new())),
            }
            return;
        }
        let exact = self.exact(piece);
        if let [only] = &exact[..] {
            read.found.push(only.clone());
            return;
        }
        if exact.is_empty() && words.len() > 1 {
            let each: Vec<_> = words.iter().map(|word| self.exact(word)).collect();
            if each.iter().all(|found| found.len() == 1) {
                read.found.extend(each.into_iter().flatten());
                return;
            }
        }
        let offers = match exact.is_empty() {
            true => self.offers(piece),
            false => exact.into_iter().take(MOST_OFFERS).collect(),
        };
        if offers.is_empty() && words.len() > 1 && self.kind == Kind::Person {
            // Logins in a row, one of them wrong: each is looked at for itself.
            if words.iter().any(|word| !self.exact(word).is_empty()) {
                words.iter().for_each(|word| self.piece(word, read));
                return;
            }
        }
        read.unclear.push(self.unclear(piece, offers));
    }

    /// Reads a line that names one.
    pub(crate) fn one(&self, text: &str) -> Result<Offer, Unclear> {
        if text.len() > LONGEST {
            return Err(self.unclear(&cut(text, SHOWN), Vec::new()));
        }
        let mut exact = self.exact(text);
        match exact.len() {
            1 => Ok(exact.remove(0)),
            0 => Err(self.unclear(text, self.offers(text))),
            _ => Err(self.unclear(text, exact)),
        }
    }

    fn unclear(&self, text: &str, offers: Vec<Offer>) -> Unclear {
        let all_named = offers
            .iter()
            .all(|offer| name::key(&offer.label) == name::key(text));
        let wrong = match (&offers[..], self.kind) {
            ([], kind) => unknown(kind.word(), &[text]),
            ([one], _) => format!("`{text}` may mean {}; choose", one.label),
            (several, Kind::Person) if all_named => {
                format!("{} people are called `{text}`; choose", several.len())
            }
            (several, kind) => {
                format!(
                    "`{text}` may mean {} {}; choose",
                    several.len(),
                    kind.plural()
                )
            }
        };
        Unclear {
            text: text.to_owned(),
            wrong,
            offers,
        }
    }

    /// What a text names to the letter: one, or several people of one name.
    fn exact(&self, text: &str) -> Vec<Offer> {
        let world = self.world;
        match self.kind {
            Kind::Person => self.people(text),
            Kind::Group => world
                .find_group(text)
                .map(Offer::group)
                .into_iter()
                .collect(),
            Kind::Role => {
                let role = world.find_group(text).filter(|group| group.is_role());
                role.map(Offer::group).into_iter().collect()
            }
            Kind::App => world.find_app(text).map(Offer::app).into_iter().collect(),
        }
    }

    /// `ana`, `ana@example.com`, `Ana Lima`, `Ana Lima (ana)` and `"Ana" <ana@example.com>`.
    fn people(&self, text: &str) -> Vec<Offer> {
        let inside = |open: char, close: char| {
            let (_, rest) = text.rsplit_once(open)?;
            self.world.find_user(rest.trim().strip_suffix(close)?)
        };
        let by_key = self.world.find_user(text);
        if let Some(user) = by_key.or_else(|| inside('<', '>').or_else(|| inside('(', ')'))) {
            return vec![Offer::user(user)];
        }
        let names = self.names.get_or_init(|| {
            let mut names: HashMap<_, Vec<_>> = HashMap::new();
            for user in self.world.users() {
                names.entry(user.name.key()).or_default().push(user.id);
            }
            names
        });
        let ids = names.get(&name::key(text)).into_iter().flatten();
        let mut users: Vec<_> = ids.filter_map(|id| self.world.user(*id)).collect();
        users.sort_unstable_by(|a, b| a.login.cmp(&b.login));
        users.into_iter().map(Offer::user).collect()
    }

    /// What a text may mean, best first.
    pub(crate) fn offers(&self, text: &str) -> Vec<Offer> {
        let (world, kinds): (_, &[FoundKind]) = match self.kind {
            Kind::Person => (self.world, &[FoundKind::User]),
            Kind::Group => (self.world, &[FoundKind::Group, FoundKind::Role]),
            Kind::Role => (self.world, &[FoundKind::Role]),
            Kind::App => return self.apps(text),
        };
        let found = world.find(text, kinds, MOST_OFFERS).into_iter();
        let offers = found.filter_map(|found| match found.kind {
            FoundKind::User => world.user_by_login(&found.key).map(Offer::user),
            _ => world.find_group(&found.key).map(Offer::group),
        });
        offers.collect()
    }

    /// The apps that a text may mean, of those the viewer may make a group in.
    fn apps(&self, text: &str) -> Vec<Offer> {
        let Some(page) = self.page else {
            return Vec::new();
        };
        let context = &page.viewer.context;
        let offered = |app: &&App| {
            let target = Target::App(app.id);
            may(&page.viewer.world, context, Action::CreateAppGroup, target).is_ok()
        };
        let found = self.world.find(text, &[FoundKind::App], MOST_LOOKED_AT);
        let apps = found
            .iter()
            .filter_map(|found| self.world.find_app(&found.key));
        let apps = apps.filter(offered).take(MOST_OFFERS);
        apps.map(Offer::app).collect()
    }
}

/// Says what no such thing is called.
pub(crate) fn unknown(noun: &str, unknown: &[&str]) -> String {
    let all: Vec<_> = unknown.iter().map(|text| format!("`{text}`")).collect();
    format!(
        "there is no {noun} called {}; correct or remove {}",
        all.join(", "),
        if all.len() == 1 { "it" } else { "them" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_model::{
        ChangeSet, Edit, UserKind,
        name::{Email, Login, Name},
    };

    fn world() -> World {
        let mut change = ChangeSet::new(portcullis_model::OperationName::UserCreate);
        let people = [
            ("ana", "Ana Lima"),
            ("jo", "Jo Berg"),
            ("jo2", "Jo Berg"),
            ("lucia.ferrer", "Lucía Ferrer"),
        ];
        for (n, (login, name)) in people.into_iter().enumerate() {
            change.push(Edit::create(User {
                id: Id::new(Uuid::from_u128(n as u128 + 1)),
                source: None,
                login: Login::parse(login).unwrap(),
                name: Name::parse(name).unwrap(),
                email: Email::parse(&format!("{login}@example.com")).ok(),
                kind: UserKind::Person,
                manager: None,
                attributes: Default::default(),
            }));
        }
        World::default().after(&change).unwrap()
    }

    /// Who is clear, and what is wrong with what is not.
    fn read(texts: &[&str]) -> (String, Vec<String>) {
        let world = world();
        let read = Reader::of(None, &world, Kind::Person).list(texts.iter().copied());
        let logins = read.found.iter().map(|offer| {
            let user = world.user(Id::new(offer.id)).unwrap();
            user.login.to_string()
        });
        let unclear = read.unclear.into_iter().map(|unclear| unclear.wrong);
        (logins.collect::<Vec<_>>().join(" "), unclear.collect())
    }

    #[test]
    fn pasted_lists_of_people_are_understood() {
        for text in [
            "ana, jo",
            "ana jo",
            "ana\njo\nana",
            "ANA@example.com;jo@example.com",
            "Ana Lima <ana@example.com>, \"Jo\" <jo@example.com>",
            "Ana Lima, jo",
            "Ana Lima (ana), Jo Berg (jo)",
        ] {
            assert_eq!(read(&[text]), ("ana jo".into(), Vec::new()), "{text}");
        }
        // In pieces, as boxes and choices send them: an empty one was left out.
        let ana = Uuid::from_u128(1).to_string();
        assert_eq!(read(&[&ana, "", "jo"]).0, "ana jo");
    }

    #[test]
    fn what_is_clear_of_a_list_is_taken_and_the_rest_told_one_by_one() {
        let (found, unclear) = read(&["ana, Jo Berg, nobody, ferr\nana lucia.ferrer nothing"]);
        assert_eq!(found, "ana lucia.ferrer");
        assert_eq!(
            unclear,
            [
                "2 people are called `Jo Berg`; choose",
                "there is no person called `nobody`; correct or remove it",
                "`ferr` may mean Lucía Ferrer; choose",
                "there is no person called `nothing`; correct or remove it",
            ]
        );
    }

    #[test]
    fn of_a_list_no_more_is_read_than_a_page_can_show() {
        let world = world();
        let read = |text: &str| {
            let read = Reader::of(None, &world, Kind::Person).list([text].into_iter());
            (read.found.len(), read.unclear.len(), read.more)
        };
        assert_eq!(read(&"ana,".repeat(900)), (1, 0, 0), "each once");
        assert_eq!(read(&"nobody,".repeat(900)), (0, 20, 880));
        assert_eq!(
            read(&"e r,".repeat(200_000)),
            (0, 0, 1),
            "more than is read"
        );
        assert_eq!(read(&"e ".repeat(20_000)), (0, 20, 20_000 - 20));
        assert_eq!(read(&"e".repeat(2_000)), (0, 1, 0));
        let long = Reader::of(None, &world, Kind::Person).one(&"e".repeat(1_000_000));
        assert!(long.is_err_and(|unclear| unclear.text.len() < 100 && unclear.wrong.len() < 200));
    }

    #[test]
    fn people_of_one_name_are_told_apart() {
        let world = world();
        let unclear = Reader::of(None, &world, Kind::Person).one("jo berg");
        let offers = unclear.expect_err("two").offers;
        let offers: Vec<_> = offers.iter().map(Offer::in_full).collect();
        assert_eq!(offers, ["Jo Berg: jo", "Jo Berg: jo2"]);
    }
}
