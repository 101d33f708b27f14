//! What others did while somebody was on their way in, and what lets nobody in at all.

use portcullis_app::{Operation as _, user::SetPreferences};
use portcullis_model::{NoticeKind, Position, guard};

use super::*;

#[test]
fn a_secret_is_kept_for_the_issuer_it_was_made_at_only() {
    let mut town = Town::new();
    let save = SaveProvider {
        provider: None,
        name: okta(),
        title: Name::parse("Company").unwrap(),
        issuer: "https://one.example".into(),
        client_id: "portcullis".into(),
        secret: Some(uuid::Uuid::from_u128(7)),
        link_by: LinkBy::Subject,
        unknown: Unknown::Refuse,
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
    let by_session = |town: &Town| town.context(Actor::User(ben)).proved_by(Some(session));
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
