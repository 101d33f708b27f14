//! Who somebody is here who signs in by an identity provider.

use portcullis_app::{
    identity::{LinkIdentity, UnlinkIdentity},
    session::{BeginSession, EndSessions, LinkBy, NewSession, Proved, Unknown, Which},
    user::{CreateUser, DeleteUser},
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Digest, Email, Login, Name, OperationName, Refusal, SystemActor,
    UserKind,
};

use crate::town::Town;

const SIGN_IN: Actor = Actor::System(SystemActor::SignIn);

fn okta() -> ConnectorId {
    ConnectorId::parse("okta").unwrap()
}

/// A sign-in of whom the provider calls `subject`, with the address it has verified.
fn begin(town: &Town, subject: &str, email: Option<&str>, number: u8) -> BeginSession {
    BeginSession {
        proved: Proved {
            provider: okta(),
            subject: subject.to_owned(),
            email: email.map(|email| Email::parse(email).unwrap()),
            name: Some(Name::parse("Somebody New").unwrap()),
            sid: Some(format!("s{number}").into()),
            acr: None,
            at: None,
        },
        link_by: LinkBy::Subject,
        unknown: Unknown::Refuse,
        session: NewSession {
            digest: Digest([number; 32]),
            until: town.now.plus_days(7),
            instead_of: None,
        },
    }
}

/// Who is signed in by that session.
fn who(town: &Town, number: u8) -> Option<String> {
    let session = town.world.credential_by_digest(Digest([number; 32]))?;
    town.world
        .user(session.user)
        .map(|user| user.login.to_string())
}

fn town() -> Town {
    let mut town = Town::new();
    for login in ["ana", "ben"] {
        let create = CreateUser {
            login: Login::parse(login).unwrap(),
            name: Name::parse(login).unwrap(),
            email: Email::parse(&format!("{login}@example.com")).ok(),
            kind: UserKind::Person,
            manager: None,
            attributes: [].into(),
        };
        town.does("root", &create);
    }
    let link = LinkIdentity {
        user: town.uid("ben"),
        connector: okta(),
        external_id: "00uBen".into(),
    };
    town.does("root", &link);
    town
}

#[test]
fn who_signs_in_is_found_by_subject_and_by_address_only_where_that_is_set() {
    use LinkBy::{Subject, VerifiedEmail};
    use Unknown::{Create, Refuse};
    const NEW: Option<&str> = Some("new.one@example.com");
    const ANA: Option<&str> = Some("ana@example.com");
    const BEN: Option<&str> = Some("Ben@Example.com");
    let table = [
        ("00uBen", None, Subject, Refuse, Ok("ben")),
        // The address is another's, and what the provider calls them counts.
        ("00uBen", ANA, VerifiedEmail, Create, Ok("ben")),
        ("00uben", None, VerifiedEmail, Create, Err("not_linked")),
        ("00uAna", ANA, Subject, Refuse, Err("not_linked")),
        ("00uAna", ANA, Subject, Create, Err("not_linked")),
        ("00uAna", ANA, VerifiedEmail, Refuse, Ok("ana")),
        ("00uAna", None, VerifiedEmail, Create, Err("not_linked")),
        // Whom the provider knows as another is nobody else, by no address.
        ("00uOther", BEN, VerifiedEmail, Create, Err("not_linked")),
        ("00uNew", NEW, VerifiedEmail, Refuse, Err("not_linked")),
        ("00uNew", NEW, Subject, Create, Ok("new.one")),
        ("00uNew", NEW, VerifiedEmail, Create, Ok("new.one")),
        // The first part of the address is somebody's login, and they are not somebody.
        (
            "00uNew",
            Some("ana@elsewhere.example"),
            Subject,
            Create,
            Ok("ana@elsewhere.example"),
        ),
    ];
    for (subject, email, link_by, unknown, wanted) in table {
        let mut town = town();
        let sign_in = BeginSession {
            link_by,
            unknown,
            ..begin(&town, subject, email, 1)
        };
        let what = format!("{subject} {email:?} {link_by:?} {unknown:?}");
        let got = town.as_actor(SIGN_IN, &sign_in);
        let got = got.map(|_| who(&town, 1).unwrap());
        let got = got.as_deref().map_err(Refusal::code);
        assert_eq!(got, wanted, "{what}");
        if wanted.is_ok() {
            // From then on it is the subject that counts, whatever the settings.
            let again = begin(&town, subject, None, 2);
            town.as_actor(SIGN_IN, &again).unwrap();
            assert_eq!(who(&town, 2), who(&town, 1), "{what}");
        }
    }
}

#[test]
fn nobody_but_signing_in_begins_a_session() {
    let mut town = town();
    let sign_in = begin(&town, "00uBen", None, 1);
    for actor in [
        Actor::User(town.uid("root")),
        Actor::User(town.uid("ben")),
        Actor::System(SystemActor::Operator),
        Actor::System(SystemActor::Time),
        Actor::Connector(okta()),
    ] {
        let refused = town.as_actor(actor, &sign_in).unwrap_err();
        assert_ne!(refused.code(), "internal", "{actor:?}");
        assert_eq!(who(&town, 1), None, "{actor:?}");
    }
}

#[test]
fn the_provider_ends_what_it_began_and_nothing_else() {
    let mut town = town();
    let link = LinkIdentity {
        user: town.uid("ana"),
        connector: okta(),
        external_id: "00uAna".into(),
    };
    town.does("root", &link);
    for (subject, number) in [("00uBen", 1), ("00uBen", 2), ("00uAna", 3)] {
        let sign_in = begin(&town, subject, None, number);
        town.as_actor(SIGN_IN, &sign_in).unwrap();
    }
    let left = |town: &Town| {
        (1..=3)
            .filter(|n| who(town, *n).is_some())
            .collect::<Vec<_>>()
    };
    let end = |provider, subject: Option<&str>, sid: Option<&str>| {
        EndSessions(Which::OfProvider {
            provider,
            subject: subject.map(str::to_owned),
            sid: sid.map(str::to_owned),
        })
    };
    let other = ConnectorId::parse("entra").unwrap();
    for nothing in [
        end(other, Some("00uBen"), None),
        end(okta(), Some("00uben"), None),
        end(okta(), Some("00uBen"), Some("s3")),
        end(okta(), None, Some("s9")),
        end(okta(), None, None),
    ] {
        town.as_actor(SIGN_IN, &nothing).unwrap();
        assert_eq!(left(&town), [1, 2, 3], "{nothing:?}");
    }
    town.as_actor(SIGN_IN, &end(okta(), Some("00uBen"), Some("s1")))
        .unwrap();
    assert_eq!(left(&town), [2, 3]);
    town.as_actor(SIGN_IN, &end(okta(), None, Some("s3")))
        .unwrap();
    assert_eq!(left(&town), [2]);
    town.as_actor(SIGN_IN, &end(okta(), Some("00uBen"), None))
        .unwrap();
    assert_eq!(left(&town), [0; 0]);
}

#[test]
fn unlinking_and_deleting_end_the_sessions_and_a_second_account_needs_the_first_unlinked() {
    let mut town = town();
    let sign_in = begin(&town, "00uBen", None, 1);
    town.as_actor(SIGN_IN, &sign_in).unwrap();
    let second = LinkIdentity {
        user: town.uid("ben"),
        connector: okta(),
        external_id: "00uSecond".into(),
    };
    assert_eq!(
        town.tries("root", &second).unwrap_err().code(),
        "already_linked"
    );
    let identity = town.world.identities_of(town.uid("ben")).next().unwrap().id;
    assert_eq!(
        town.tries("ben", &UnlinkIdentity(identity))
            .unwrap_err()
            .code(),
        "not_allowed"
    );
    town.does("root", &UnlinkIdentity(identity));
    assert_eq!(who(&town, 1), None);
    town.does("root", &second);
    let sign_in = begin(&town, "00uSecond", None, 2);
    town.as_actor(SIGN_IN, &sign_in).unwrap();
    let gone = DeleteUser {
        user: town.uid("ben"),
    };
    town.does("root", &gone);
    assert_eq!(who(&town, 2), None);
    assert_eq!(town.world.credentials().count(), 0);
}

#[test]
fn somebody_has_so_many_sessions_and_the_oldest_goes() {
    let mut town = town();
    for number in 0..60 {
        let sign_in = begin(&town, "00uBen", None, number);
        town.now = town.now.plus_seconds(1);
        town.as_actor(SIGN_IN, &sign_in).unwrap();
    }
    let live: Vec<_> = (0..60).filter(|n| who(&town, *n).is_some()).collect();
    assert_eq!(live, (10..60).collect::<Vec<u8>>());
}

#[test]
fn signing_in_leaves_what_decisions_are_made_from_where_it_was() {
    let mut town = town();
    let before = town.world.access_position();
    let sign_in = begin(&town, "00uBen", None, 1);
    let change: ChangeSet = town.as_actor(SIGN_IN, &sign_in).unwrap();
    assert_eq!(change.operation, OperationName::SessionBegin);
    assert_eq!(town.world.access_position(), before);
    assert!(town.world.position() > before);
    let ends = EndSessions(Which::AllOf(town.uid("ben"), None));
    town.does("ben", &ends);
    assert_eq!(town.world.access_position(), before);
}
