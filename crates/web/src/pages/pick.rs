//! Things named in forms as people write and paste them.

use portcullis_model::{Group, Id, User, World, name};

use crate::ui;

/// More than this many suggestions would make a page heavy.
const MOST_OPTIONS: usize = 300;
/// So many people of one name are told apart.
const MOST_MEANT: usize = 8;

/// The people named in a field: logins or e-mail addresses, separated by commas, semicolons, spaces
/// or new lines; also `Ana Lima <ana@example.com>` and whole names, as lists are pasted. All that
/// are unknown are told at once, and so is who is meant by a name that several have.
pub(crate) fn people(
    world: &World,
    text: &str,
    field: &str,
    errors: &mut ui::Errors,
) -> Vec<Id<User>> {
    let (mut found, mut unknown, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    let pieces = text.split([',', ';', '\n', '\r', '\t']).map(str::trim);
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        match meant(world, piece)[..] {
            [one] => found.push(one.id),
            [] => {
                for word in piece.split_whitespace() {
                    match meant(world, word)[..] {
                        [one] => found.push(one.id),
                        _ => unknown.push(word),
                    }
                }
            }
            // Its words are no logins: a part of a name would name somebody.
            ref several => wrong.push(ambiguous(piece, several)),
        }
    }
    if !unknown.is_empty() {
        unknown.dedup();
        wrong.push(self::unknown("person", &unknown));
    }
    if !wrong.is_empty() {
        wrong.dedup();
        errors.add(field, wrong.join("; "));
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|id| seen.insert(*id));
    found
}

/// Whom a login or an address names, or else who are called so.
fn meant<'w>(world: &'w World, text: &str) -> Vec<&'w User> {
    let inside = text
        .split_once('<')
        .and_then(|(_, rest)| rest.strip_suffix('>'));
    let key = inside.unwrap_or(text).trim();
    if let Some(user) = world.find_user(key) {
        return vec![user];
    }
    let wanted = name::key(key);
    let named = key
        .contains(' ')
        .then(|| world.users().filter(|user| user.name.key() == wanted));
    named.into_iter().flatten().collect()
}

/// Says who several of one name are.
fn ambiguous(text: &str, several: &[&User]) -> String {
    let mut logins: Vec<_> = several.iter().map(|user| &*user.login).collect();
    logins.sort_unstable();
    let mut logins: Vec<_> = logins.iter().map(|login| format!("`{login}`")).collect();
    let more = logins.len().saturating_sub(MOST_MEANT);
    logins.truncate(MOST_MEANT);
    if more > 0 {
        logins.push(format!("{more} more"));
    }
    let count = several.len();
    let who = logins.join(", ");
    format!("`{text}` is the name of {count} people: {who}; write the login of the one you mean")
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

/// The names of all roles but `except`, as suggestions.
pub(crate) fn role_names(world: &World, except: Option<Id<Group>>) -> Vec<String> {
    world
        .groups()
        .filter(|group| group.is_role() && Some(group.id) != except)
        .map(|group| group.name.to_string())
        .take(MOST_OPTIONS)
        .collect()
}

/// The logins of people, as suggestions where they are few enough.
pub(crate) fn logins(world: &World) -> Vec<String> {
    if world.user_count() > MOST_OPTIONS {
        return Vec::new();
    }
    world.users().map(|user| user.login.to_string()).collect()
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
        for (n, (login, name)) in [("ana", "Ana Lima"), ("jo", "Jo Berg"), ("jo2", "Jo Berg")]
            .into_iter()
            .enumerate()
        {
            change.push(Edit::create(User {
                id: Id::new(uuid::Uuid::from_u128(n as u128 + 1)),
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

    #[test]
    fn pasted_lists_of_people_are_understood() {
        let world = world();
        let found = |text: &str| {
            let mut errors = ui::Errors::default();
            let found = people(&world, text, "users", &mut errors);
            let logins: Vec<_> = found
                .iter()
                .map(|id| world.user(*id).unwrap().login.to_string())
                .collect();
            (logins.join(" "), errors.of("users").to_owned())
        };
        for text in [
            "ana, jo",
            "ana jo",
            "ana\njo\nana",
            "ANA@example.com;jo@example.com",
            "Ana Lima <ana@example.com>, \"Jo\" <jo@example.com>",
            "Ana Lima, jo",
        ] {
            assert_eq!(found(text), ("ana jo".into(), String::new()), "{text}");
        }
        // Two people are called Jo Berg, so the name alone names nobody, nor does a word of it.
        let (some, error) = found("ana, Jo Berg, nobody");
        assert_eq!(some, "ana");
        assert!(
            error.contains("`Jo Berg` is the name of 2 people: `jo`, `jo2`; write the login"),
            "{error}"
        );
        assert!(
            error.contains("there is no person called `nobody`"),
            "{error}"
        );
    }
}
