//! Who somebody is here who signs in by an identity provider.

mod claimed;
mod meanwhile;

use portcullis_app::{
    identity::{LinkIdentity, UnlinkIdentity},
    provider::SaveProvider,
    session::{
        BeginSession, EndSessions, Entry, LinkBy, NewSession, Proved, SetGroups, Unknown, Which,
        counts, groups_source,
    },
    token::{IssueLink, LinkTo},
    user::{CreateUser, DeleteUser},
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Digest, Email, Expiry, Login, MembershipKind, Name,
    OperationName, Refusal, SystemActor, UserKind,
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
        entry: Entry::Whoever {
            link_by: LinkBy::Subject,
            unknown: Unknown::Refuse,
        },
        session: NewSession {
            digest: Digest([number; 32]),
            until: town.now.plus_days(7),
            instead_of: None,
        },
        asked: None,
        seen: town.world.access_position(),
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
            entry: Entry::Whoever { link_by, unknown },
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

#[test]
fn proving_oneself_anew_is_for_the_same_person_only() {
    let mut town = town();
    let link = |town: &Town, login: &str, subject: &str| LinkIdentity {
        user: town.uid(login),
        connector: okta(),
        external_id: subject.to_owned(),
    };
    town.does("root", &link(&town.clone(), "ana", "ana-sub"));
    let only = |town: &Town, login: &str, subject: &str, number| BeginSession {
        entry: Entry::Only(town.uid(login)),
        ..begin(town, subject, Some("ana@example.com"), number)
    };
    assert!(
        town.clone()
            .as_actor(SIGN_IN, &only(&town, "ana", "00uBen", 1))
            .is_err()
    );
    assert!(
        town.clone()
            .as_actor(SIGN_IN, &only(&town, "ana", "new-sub", 1))
            .is_err()
    );
    let operation = only(&town, "ana", "ana-sub", 1);
    town.as_actor(SIGN_IN, &operation).unwrap();
    assert_eq!(who(&town, 1).as_deref(), Some("ana"));
}

#[test]
fn an_invitation_links_an_account_once_and_takes_over_nobody() {
    let mut town = town();
    let invited = |town: &Town, login: &str, number: u8| IssueLink {
        user: town.uid(login),
        to: LinkTo::Bind,
        digest: Digest([number; 32]),
    };
    let accept =
        |town: &Town, login: &str, subject: &str, invitation: Option<u8>, session| BeginSession {
            entry: Entry::Binding {
                user: town.uid(login),
                invitation: invitation.map(|number| Digest([number; 32])),
            },
            ..begin(town, subject, Some("other@example.com"), session)
        };
    town.does("root", &invited(&town.clone(), "ana", 90));
    town.does("root", &invited(&town.clone(), "ben", 91));
    // Nobody invites but admins, and nobody takes up another's invitation, or one that was never made.
    assert!(
        town.clone()
            .tries("ben", &invited(&town, "ana", 92))
            .is_err()
    );
    for (login, invitation) in [("ben", 90), ("ana", 77)] {
        let wrong = accept(&town, login, "x", Some(invitation), 1);
        assert!(town.clone().as_actor(SIGN_IN, &wrong).is_err());
    }
    let operation = accept(&town, "ana", "ana-sub", Some(90), 1);
    town.as_actor(SIGN_IN, &operation).unwrap();
    assert_eq!(who(&town, 1).as_deref(), Some("ana"));
    let known = town.world.user_by_identity(okta(), "ana-sub");
    assert_eq!(known.map(|user| user.login.as_str()), Some("ana"));
    // It is used up; the account is hers, and she has one there.
    let again = accept(&town, "ana", "ana-sub", Some(90), 2);
    assert_eq!(
        town.clone().as_actor(SIGN_IN, &again).unwrap_err().code(),
        "link_used"
    );
    let hers = accept(&town, "ben", "ana-sub", Some(91), 2);
    assert_eq!(
        town.clone().as_actor(SIGN_IN, &hers).unwrap_err().code(),
        "already_linked"
    );
    let session = town.world.credential_by_digest(Digest([1; 32])).unwrap().id;
    let mut second = accept(&town, "ana", "second-sub", None, 2);
    second.session.instead_of = Some(session);
    assert_eq!(
        town.clone().as_actor(SIGN_IN, &second).unwrap_err().code(),
        "already_linked"
    );
    // It ends after a week.
    town.now = town.now.plus_days(8);
    let late = accept(&town, "ben", "ben-sub", Some(91), 3);
    assert_eq!(
        town.as_actor(SIGN_IN, &late).unwrap_err().code(),
        "link_used"
    );
}

#[test]
fn when_somebody_proved_who_they_are_is_what_the_provider_says_and_else_not_now() {
    let mut town = town();
    let told = town.now.plus_seconds(-90);
    let mut sign_in = begin(&town, "00uBen", None, 1);
    sign_in.proved.at = Some(told);
    town.as_actor(SIGN_IN, &sign_in).unwrap();
    let proved = |town: &Town, number: u8| {
        let held = town
            .world
            .credential_by_digest(Digest([number; 32]))
            .unwrap();
        held.session().unwrap().proved()
    };
    assert_eq!(proved(&town, 1), Some(told));
    let untold = begin(&town, "00uBen", None, 2);
    town.as_actor(SIGN_IN, &untold).unwrap();
    assert_eq!(proved(&town, 2), None);
}

#[test]
fn a_name_that_people_are_linked_under_is_free_for_no_other_issuer() {
    let mut town = town();
    let save = |name: &str| SaveProvider {
        provider: None,
        name: ConnectorId::parse(name).unwrap(),
        title: Name::parse("Company").unwrap(),
        issuer: "https://another.example".into(),
        client_id: "portcullis".into(),
        secret: None,
        link_by: LinkBy::Subject,
        unknown: Unknown::Refuse,
    };
    let refusal = town.clone().tries("root", &save("okta")).unwrap_err();
    assert!(
        refusal.to_string().contains("linked under the name okta"),
        "{refusal}"
    );
    town.does("root", &save("other"));
}

#[test]
fn which_claimed_groups_count_is_said_by_name_or_beginning() {
    let filter = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    assert!(counts(&[], "any") && !counts(&[], "") && !counts(&[], " "));
    let some = filter(&["ops", "eng-*"]);
    for (claim, wanted) in [
        ("ops", true),
        ("ops2", false),
        ("eng-web", true),
        ("eng", false),
    ] {
        assert_eq!(counts(&some, claim), wanted, "{claim}");
    }
}
