//! What others did while somebody was on their way in, and what lets nobody in at all.

use std::sync::Arc;

use portcullis_app::{
    Operation,
    provider::{DeleteProvider, SwitchProvider},
    token::{IssueToken, OVERLAP_SECONDS, RotateToken},
    user::SetPreferences,
};
use portcullis_model::{Means, NoticeKind, Position, Provider, ProviderState, Scope, guard};

use super::*;

/// A provider as it is set up first.
fn company() -> SaveProvider {
    SaveProvider {
        provider: None,
        name: okta(),
        title: Name::parse("Company").unwrap(),
        issuer: "https://one.example".into(),
        client_id: "portcullis".into(),
        secret: None,
        link_by: LinkBy::Subject,
        unknown: Unknown::Refuse,
    }
}

#[test]
fn a_secret_is_kept_for_the_issuer_it_was_made_at_only() {
    let mut town = Town::new();
    let save = SaveProvider {
        secret: Some(uuid::Uuid::from_u128(7)),
        ..company()
    };
    town.does("root", &save);
    let id = town.world.provider(okta()).unwrap().id;
    let kept = SaveProvider {
        provider: Some(id),
        secret: None,
        ..save
    };
    town.does("root", &kept);
    let elsewhere = SaveProvider {
        issuer: "https://two.example".into(),
        ..kept.clone()
    };
    let refusal = town.tries("root", &elsewhere).unwrap_err();
    assert!(
        refusal.to_string().contains("enter the secret again"),
        "{refusal}"
    );
    let anew = SaveProvider {
        secret: Some(uuid::Uuid::from_u128(8)),
        ..elsewhere
    };
    town.does("root", &anew);
}

#[test]
fn no_link_lets_a_service_in() {
    let mut town = Town::new();
    let create = CreateUser {
        login: Login::parse("ci").unwrap(),
        name: Name::parse("CI").unwrap(),
        email: None,
        kind: UserKind::Service,
        manager: None,
        attributes: [].into(),
    };
    town.does("root", &create);
    for to in [LinkTo::SignIn, LinkTo::Bind] {
        let issue = IssueLink {
            user: town.uid("ci"),
            to,
            digest: Digest([3; 32]),
        };
        let refusal = town.tries("root", &issue).unwrap_err();
        assert!(refusal.to_string().contains("make it a token"), "{refusal}");
    }
}

#[test]
fn what_was_looked_up_before_others_changed_who_is_who_grants_nothing_anew() {
    let entry = Entry::Whoever {
        link_by: LinkBy::VerifiedEmail,
        unknown: Unknown::Create,
    };
    for (subject, email) in [("00uAna", "ana@example.com"), ("00uNew", "new@example.com")] {
        let mut town = town();
        let stale = BeginSession {
            entry,
            ..begin(&town, subject, Some(email), 1)
        };
        let other = CreateUser {
            login: Login::parse("other").unwrap(),
            name: Name::parse("Other").unwrap(),
            email: None,
            kind: UserKind::Person,
            manager: None,
            attributes: [].into(),
        };
        town.does("root", &other);
        let refusal = town.as_actor(SIGN_IN, &stale).unwrap_err();
        assert_eq!(refusal.code(), "changed_meanwhile");
        let fresh = BeginSession {
            seen: town.world.access_position(),
            ..stale
        };
        town.as_actor(SIGN_IN, &fresh).unwrap();
        // Who is linked needs nothing anew.
        let again = BeginSession {
            seen: Position(0),
            session: NewSession {
                digest: Digest([9; 32]),
                ..fresh.session
            },
            ..fresh
        };
        town.as_actor(SIGN_IN, &again).unwrap();
    }
}

#[test]
fn a_session_that_has_ended_links_no_account_and_makes_no_change() {
    let mut town = town();
    let mine = BeginSession {
        entry: Entry::Whoever {
            link_by: LinkBy::Subject,
            unknown: Unknown::Refuse,
        },
        ..begin(&town, "00uBen", None, 1)
    };
    town.as_actor(SIGN_IN, &mine).unwrap();
    let session = town.world.credential_by_digest(Digest([1; 32])).unwrap().id;
    let other = ConnectorId::parse("corp").unwrap();
    let ben = town.uid("ben");
    let bind = |town: &Town| {
        let proved = begin(town, "thief", None, 2);
        BeginSession {
            proved: Proved {
                provider: other,
                ..proved.proved
            },
            entry: Entry::Binding {
                user: ben,
                invitation: None,
            },
            session: NewSession {
                instead_of: Some(session),
                ..proved.session
            },
            ..proved
        }
    };
    let by_session = |town: &Town| town.context(Actor::User(ben)).by(Means::Session(session));
    let own = SetPreferences {
        user: ben,
        off: [NoticeKind::Ending].into(),
    };
    let tried = |town: &Town| {
        let context = by_session(town);
        let change = own.plan(&town.world, &context).unwrap();
        guard(&town.world, change, &context).map(|_| ())
    };
    assert_eq!(tried(&town), Ok(()));
    assert!(town.clone().as_actor(SIGN_IN, &bind(&town)).is_ok());
    town.does("ben", &EndSessions(Which::AllOf(ben, None)));
    assert_eq!(tried(&town).unwrap_err().code(), "signed_out");
    let refusal = town.clone().as_actor(SIGN_IN, &bind(&town)).unwrap_err();
    assert_eq!(refusal.code(), "signed_out");
}

#[test]
fn a_token_lets_nobody_in_whatever_asks_for_it_and_is_rotated_once() {
    let mut town = town();
    let ben = town.uid("ben");
    let issue = |number: u8, name: &str| IssueToken {
        user: ben,
        name: Name::parse(name).unwrap(),
        scopes: [Scope::Request].into(),
        digest: Digest([number; 32]),
        until: Expiry::at(town.now.plus_days(30)),
    };
    let (first, second) = (issue(7, "ci"), issue(8, "other"));
    town.does("ben", &first);
    let of = |town: &Town, number| {
        town.world
            .credential_by_digest(Digest([number; 32]))
            .unwrap()
            .id
    };
    let link = LinkIdentity {
        user: ben,
        connector: ConnectorId::parse("corp").unwrap(),
        external_id: "00u-ben".to_owned(),
    };
    let by = |town: &Town, who: &str, operation: &dyn Operation, means| {
        let context = town.context(Actor::User(town.uid(who))).by(means);
        let change = operation.plan(&town.world, &context).unwrap();
        guard(&town.world, change, &context)
            .map(|_| ())
            .map_err(|refusal| refusal.code())
    };
    // Of the configuration, which is no record here, as much as one that is.
    for means in [Means::Token(None), Means::Token(Some(of(&town, 7)))] {
        assert_eq!(by(&town, "ben", &second, means), Err("not_allowed"));
        assert_eq!(by(&town, "root", &link, means), Err("not_allowed"));
    }
    assert_eq!(by(&town, "ben", &second, Means::Unkept), Ok(()));
    assert_eq!(by(&town, "root", &link, Means::Unkept), Ok(()));

    let rotate = |town: &Town, number: u8, by: u8| RotateToken {
        token: of(town, number),
        digest: Digest([by; 32]),
        until: Expiry::at(town.now.plus_days(30)),
        overlap: OVERLAP_SECONDS,
    };
    town.does("ben", &rotate(&town.clone(), 7, 9));
    let again = town.tries("ben", &rotate(&town, 7, 10)).unwrap_err();
    assert_eq!(again.code(), "name_taken");
    let successor = rotate(&town.clone(), 9, 11);
    assert_eq!(
        town.tries("ben", &successor).unwrap_err().code(),
        "name_taken"
    );
    // Once the old one is over, its successor is rotated as it was.
    town.now = town.now.plus_days(2);
    town.does("ben", &rotate(&town.clone(), 9, 11));
}

#[test]
fn a_provider_is_switched_on_as_it_was_tried_and_its_link_made_in_the_same_step() {
    let mut town = Town::new();
    town.does("root", &company());
    let draft = town.world.provider(okta()).unwrap().clone();
    let on = |tried: &Provider, subject: &str, town: &Town| SwitchProvider::On {
        tried: tried.clone(),
        link: Some((town.uid("root"), subject.to_owned())),
    };
    let other = Provider {
        issuer: "https://two.example".into(),
        ..draft.clone()
    };
    let refused = town.clone().tries("root", &on(&other, "00u", &town));
    assert_eq!(refused.unwrap_err().code(), "not_tried");
    // Where the link cannot be made, the provider is not on either.
    let refused = town.clone().tries("root", &on(&draft, "", &town));
    assert!(refused.is_err());
    let change = town.does("root", &on(&draft, "00u", &town.clone()));
    assert_eq!(change.changes.len(), 2);
    assert_eq!(
        town.world.provider(okta()).unwrap().state,
        ProviderState::On
    );
    let linked = town.world.user_by_identity(okta(), "00u").unwrap();
    assert_eq!(linked.id, town.uid("root"));
    let gone = town.tries("root", &DeleteProvider(draft.id)).unwrap_err();
    assert_eq!(gone.code(), "in_use");
}

#[test]
fn nobody_comes_in_by_a_provider_that_was_changed_while_they_signed_in() {
    let mut town = Town::new().users(&["ana"]);
    let save = SaveProvider {
        link_by: LinkBy::VerifiedEmail,
        unknown: Unknown::Create,
        ..company()
    };
    town.does("root", &save);
    let record = |town: &Town| town.world.provider(okta()).unwrap().clone();
    let on = |town: &Town| SwitchProvider::On {
        tried: record(town),
        link: None,
    };
    town.does("root", &on(&town.clone()));
    let asked = Arc::new(record(&town));
    let edited = |edit: &dyn Fn(&mut SaveProvider)| {
        let mut save = SaveProvider {
            provider: Some(asked.id),
            ..save.clone()
        };
        edit(&mut save);
        save
    };
    // First-time, again, and to be linked: whoever it is, they came by what is no more.
    let binding = Entry::Binding {
        user: town.uid("ana"),
        invitation: None,
    };
    let whoever = Entry::Whoever {
        link_by: LinkBy::VerifiedEmail,
        unknown: Unknown::Create,
    };
    let comes = |town: &Town, entry| {
        let came = BeginSession {
            asked: Some(Arc::clone(&asked)),
            entry,
            ..begin(town, "00u-new", Some("new@corp.example"), 5)
        };
        town.clone()
            .as_actor(SIGN_IN, &came)
            .map_err(|refusal| refusal.code())
    };
    assert!(comes(&town, whoever).is_ok());
    let changes: [&dyn Fn(&mut Town); 4] = [
        &|town| drop(town.does("root", &SwitchProvider::Off(asked.id))),
        &|town| drop(town.does("root", &edited(&|it| it.unknown = Unknown::Refuse))),
        &|town| drop(town.does("root", &edited(&|it| it.link_by = LinkBy::Subject))),
        &|town| {
            town.does(
                "root",
                &edited(&|it| it.issuer = "https://two.example".into()),
            );
            town.does("root", &on(&town.clone()));
        },
    ];
    for change in changes {
        let mut after = town.clone();
        change(&mut after);
        for entry in [whoever, binding, Entry::Only(after.uid("ana"))] {
            assert_eq!(comes(&after, entry).unwrap_err(), "provider_changed");
        }
    }
    // Removed, and another made under its name.
    let mut after = town.clone();
    after.does("root", &DeleteProvider(asked.id));
    assert_eq!(comes(&after, whoever).unwrap_err(), "provider_changed");
    after.does("root", &save);
    after.does("root", &on(&after.clone()));
    assert_eq!(comes(&after, whoever).unwrap_err(), "provider_changed");
    // What people call it is nothing to them.
    let mut after = town.clone();
    after.does(
        "root",
        &edited(&|it| it.title = Name::parse("Firm").unwrap()),
    );
    assert!(comes(&after, whoever).is_ok());
}

#[test]
fn a_logout_ends_what_may_be_meant_by_it_and_not_another_session() {
    let mut town = town();
    for (number, sid) in [(1, None), (2, Some("s2")), (3, Some("s3"))] {
        let sign_in = begin(&town, "00uBen", None, number);
        let proved = Proved {
            sid: sid.map(Arc::from),
            ..sign_in.proved.clone()
        };
        town.as_actor(SIGN_IN, &BeginSession { proved, ..sign_in })
            .unwrap();
    }
    let left = |subject: Option<&str>, sid: Option<&str>| {
        let mut after = town.clone();
        let which = Which::OfProvider {
            provider: okta(),
            subject: subject.map(str::to_owned),
            sid: sid.map(str::to_owned),
        };
        after.as_actor(SIGN_IN, &EndSessions(which)).unwrap();
        let there = |number| {
            after
                .world
                .credential_by_digest(Digest([number; 32]))
                .is_some()
        };
        [1, 2, 3].map(there)
    };
    // The one that began without a name may be the one; the third is another.
    assert_eq!(left(Some("00uBen"), Some("s2")), [false, false, true]);
    assert_eq!(left(None, Some("s2")), [true, false, true]);
    assert_eq!(left(Some("00uBen"), None), [false; 3]);
    assert_eq!(left(Some("00uAna"), Some("s2")), [true; 3]);
    assert_eq!(left(None, None), [true; 3]);
}
