//! The JSON of every record and of a change set. It is the wire and the log: what is written
//! today must be readable for ever, so a change here is a migration.

use std::{fmt::Debug, sync::Arc};

use portcullis_model::{
    Actor, Change, ChangeSet, ConnectorId, Constraints, Credential, Diff, Digest, Edit, Granted,
    Identity, MembershipKind, Name, OperationName, Position, Purpose, Request, Resource, Scope,
    Session, State, SystemActor,
    name::Environment,
    record::Authority,
    record::{AppOrigin, AppPart},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::company::Company;
use crate::records::{NEVER, NOW, app, app_group, days, id, limit_of_days, one, reason, tag, user};

/// The text on one line, after making sure that it reads back as the same.
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    text
}

#[test]
fn a_user() {
    let mut user = user("ada");
    user.manager = Some(id("user root"));
    user.attributes.insert("Title".into(), "Engineer".into());
    insta::assert_snapshot!(json(&user), @r#"{"id":"fe0de675-9b3f-3f66-9d58-36b11b763d36","login":"ada","name":"ada","email":"ada@example.com","kind":"person","manager":"3b83fc3a-c2a6-0742-c6ac-c25df15d54b2","attributes":{"Title":"Engineer"}}"#);
    user.manager = None;
    user.email = None;
    user.attributes.clear();
    insta::assert_snapshot!(json(&user), @r#"{"id":"fe0de675-9b3f-3f66-9d58-36b11b763d36","login":"ada","name":"ada","kind":"person"}"#);
}

#[test]
fn credentials() {
    let c = Company::new().user("ben");
    let issue = |purpose| {
        let context = c.as_actor(Actor::System(SystemActor::SignIn));
        Credential::issue(
            &context,
            id("user ben"),
            Digest([171; 32]),
            purpose,
            days(7),
        )
    };
    let session = |provider: Option<&str>| {
        Purpose::Session(Session {
            proved_at: NOW,
            provider: provider.map(|name| ConnectorId::parse(name).unwrap()),
            sid: provider.map(|_| "s1".into()),
            acr: None,
        })
    };
    let token = Purpose::Token {
        name: Name::parse("laptop").unwrap(),
        scopes: [Scope::Request, Scope::Read].into(),
    };
    let part = |purpose| {
        let text = json(&issue(purpose));
        let (_, rest) = text.split_once("\"user\"").unwrap();
        rest.split_once("\"digest\"").unwrap().1.to_owned()
    };
    insta::assert_snapshot!(part(session(None)), @r#":"abababababababababababababababababababababababababababababababab","purpose":"session","proved_at":"2026-03-02T09:00:00Z","from":"2026-03-02T09:00:00Z","until":"2026-03-09T09:00:00Z","made_by":{"system":"sign_in"}}"#);
    insta::assert_snapshot!(part(session(Some("okta"))), @r#":"abababababababababababababababababababababababababababababababab","purpose":"session","proved_at":"2026-03-02T09:00:00Z","provider":"okta","sid":"s1","from":"2026-03-02T09:00:00Z","until":"2026-03-09T09:00:00Z","made_by":{"system":"sign_in"}}"#);
    insta::assert_snapshot!(part(token), @r#":"abababababababababababababababababababababababababababababababab","purpose":"token","name":"laptop","scopes":["read","request"],"from":"2026-03-02T09:00:00Z","until":"2026-03-09T09:00:00Z","made_by":{"system":"sign_in"}}"#);
    insta::assert_snapshot!(part(Purpose::Link), @r#":"abababababababababababababababababababababababababababababababab","purpose":"link","from":"2026-03-02T09:00:00Z","until":"2026-03-09T09:00:00Z","made_by":{"system":"sign_in"}}"#);
}

#[test]
fn groups_of_each_kind() {
    let c = Company::new()
        .group("Team")
        .role("Role-Ops")
        .mirrored_group("Mirror");
    insta::assert_snapshot!(json(&c.the_group("Team")), @r#"{"id":"3dc531c3-2d19-4dc5-06c0-933894b5d475","name":"Team","description":"","kind":"group","authority":"portcullis"}"#);
    insta::assert_snapshot!(json(&c.the_group("Role-Ops")), @r#"{"id":"b90ef382-d361-578d-eb4d-fbb805cdd37d","name":"Role-Ops","description":"","kind":"role","authority":"portcullis"}"#);
    insta::assert_snapshot!(json(&c.the_group("Mirror")), @r#"{"id":"3b8f8aad-f9a9-9a57-33ad-8912534f5bc7","name":"Mirror","description":"","kind":"group","authority":{"external":"external"}}"#);
    let mut owners = app_group("Pay", "App-Pay-Owners", AppPart::Owners);
    owners.tags.push(id("tag T"));
    insta::assert_snapshot!(json(&owners), @r#"{"id":"1999dd19-f19d-d0db-8267-82df3a6a4a0b","name":"App-Pay-Owners","description":"","kind":"app","app":"078da6ce-6810-c8da-2fe6-5af2b34f1baa","part":"owners","authority":"portcullis","tags":["5b99bd29-a370-0d87-4516-32fdc36b9517"]}"#);
}

#[test]
fn an_app_and_a_tag() {
    let mut built_in = app("Portcullis");
    built_in.origin = AppOrigin::BuiltIn;
    built_in.tags.push(id("tag T"));
    insta::assert_snapshot!(json(&built_in), @r#"{"id":"f85a81a4-3dbf-0cb7-622a-70c99a9e0507","name":"Portcullis","description":"","tags":["5b99bd29-a370-0d87-4516-32fdc36b9517"],"origin":"built_in"}"#);
    let constraints = Constraints {
        member_time_limit: limit_of_days(7),
        require_owner_reason: true,
        ..Constraints::default()
    };
    insta::assert_snapshot!(json(&tag("T", constraints)), @r#"{"id":"5b99bd29-a370-0d87-4516-32fdc36b9517","name":"T","description":"","enabled":true,"constraints":{"member_time_limit":604800,"require_member_reason":false,"require_owner_reason":true,"disallow_self_add_membership":false,"disallow_self_add_ownership":false}}"#);
}

#[test]
fn the_facts() {
    let c = Company::new().user("ben").group("Team").role("Role-Ops");
    let mut fact = c.membership("ben", "Team", MembershipKind::Member, days(3));
    insta::assert_snapshot!(json(&fact), @r#"{"id":"37151938-04dd-c92b-6721-9695fadb57db","user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"member","from":"2026-03-01T09:00:00Z","until":"2026-03-05T09:00:00Z","reason":"","granted_by":{"system":"operator"}}"#);
    fact.validity.until = NEVER;
    fact.granted_by = Actor::User(id("user root"));
    fact.request = Some(id("request 1"));
    fact.reason = reason("on call");
    insta::assert_snapshot!(json(&fact), @r#"{"id":"37151938-04dd-c92b-6721-9695fadb57db","user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"member","from":"2026-03-01T09:00:00Z","until":null,"reason":"on call","granted_by":{"user":"3b83fc3a-c2a6-0742-c6ac-c25df15d54b2"},"request":"d7ec5d51-be6f-2845-156d-9bcef7541cd5"}"#);
    insta::assert_snapshot!(json(&c.inclusion("Role-Ops", "Team", MembershipKind::Owner, NEVER)), @r#"{"id":"f03e121b-c378-bf74-26db-08b071e92064","child":"b90ef382-d361-578d-eb4d-fbb805cdd37d","target":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"owner","from":"2026-03-01T09:00:00Z","until":null,"reason":"","granted_by":{"system":"operator"}}"#);
    let mut entitlement = c.entitlement("Team", "site:write", NEVER);
    insta::assert_snapshot!(json(&entitlement), @r#"{"id":"0657003f-5c50-54dc-21b8-1a65fa02e76c","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","grant":"permission","permission":"site:write","from":"2026-03-01T09:00:00Z","until":null,"reason":"","granted_by":{"system":"operator"}}"#);
    let portcullis_model::Grant::Permission(permission) = &mut entitlement.grant else {
        panic!("it confers a permission")
    };
    permission
        .environments
        .insert(Environment::parse("production").unwrap());
    insta::assert_snapshot!(json(&entitlement), @r#"{"id":"0657003f-5c50-54dc-21b8-1a65fa02e76c","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","grant":"permission","permission":"site:write","environments":["production"],"from":"2026-03-01T09:00:00Z","until":null,"reason":"","granted_by":{"system":"operator"}}"#);
}

#[test]
fn requests_in_each_state() {
    let c = Company::new().user("ben").group("Team");
    let request = c.request("ben", "Team", MembershipKind::Member, days(3));
    insta::assert_snapshot!(json(&request), @r#"{"id":"d7ec5a51-be6f-232c-156d-98cef75417bc","requester":"e4ee9675-8d43-550f-8438-a6b10d79e61f","wants":"membership","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"member","reason":"to do my job","until":"2026-03-05T09:00:00Z","created_at":"2026-03-02T09:00:00Z","status":"pending"}"#);
    let resolution = c.resolution("root");
    for state in [
        State::Approved {
            resolution: resolution.clone(),
            granted_until: NEVER,
            granted: Granted::Membership(id("membership 1")),
        },
        State::Rejected {
            resolution: resolution.clone(),
        },
        State::Withdrawn { resolution },
    ] {
        json(&Request {
            state: state.clone(),
            ..request.clone()
        });
        let name = state.as_str();
        let text = json(&state);
        match name {
            "approved" => {
                insta::assert_snapshot!(text, @r#"{"status":"approved","resolution":{"by":{"user":"3b83fc3a-c2a6-0742-c6ac-c25df15d54b2"},"at":"2026-03-02T09:00:00Z","reason":""},"granted_until":null,"granted":{"membership":"37151a38-04dd-cade-6721-9795fadb598e"}}"#);
            }
            "rejected" => {
                insta::assert_snapshot!(text, @r#"{"status":"rejected","resolution":{"by":{"user":"3b83fc3a-c2a6-0742-c6ac-c25df15d54b2"},"at":"2026-03-02T09:00:00Z","reason":""}}"#);
            }
            _ => {
                insta::assert_snapshot!(text, @r#"{"status":"withdrawn","resolution":{"by":{"user":"3b83fc3a-c2a6-0742-c6ac-c25df15d54b2"},"at":"2026-03-02T09:00:00Z","reason":""}}"#);
            }
        }
    }
}

#[test]
fn a_resource() {
    let resource = Resource {
        id: id("resource 1"),
        source: None,
        resource_type: Arc::from("document"),
        resource_id: Arc::from("minutes"),
        properties: [("owner".to_owned(), "ada".into())].into(),
    };
    insta::assert_snapshot!(json(&resource), @r#"{"id":"c0277877-5a3e-0a7a-7097-1847f1eea84a","resource_type":"document","resource_id":"minutes","properties":{"owner":"ada"}}"#);
}

#[test]
fn a_change_set() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .member("ben", "Team");
    let before = c.the_fact("ben", "Team", MembershipKind::Member);
    let mut after = before.clone();
    after.validity.until = days(9);
    let change = ChangeSet::new(OperationName::GroupEdit).with(Edit::update(before, after));
    insta::assert_snapshot!(json(&change), @r#"{"operation":"group.edit","changes":[{"record":"membership","before":{"id":"37151938-04dd-c92b-6721-9695fadb57db","user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"member","from":"2026-03-01T09:00:00Z","until":null,"reason":"","granted_by":{"system":"operator"}},"after":{"id":"37151938-04dd-c92b-6721-9695fadb57db","user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"member","from":"2026-03-01T09:00:00Z","until":"2026-03-11T09:00:00Z","reason":"","granted_by":{"system":"operator"}}}]}"#);
    let add = one(Edit::create(c.membership(
        "ben",
        "Team",
        MembershipKind::Owner,
        NEVER,
    )));
    insta::assert_snapshot!(json(&add.inverse(Position(42))), @r#"{"operation":"log.undo","changes":[{"record":"membership","before":{"id":"37151838-04dd-c778-6721-9595fadb5628","user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"owner","from":"2026-03-01T09:00:00Z","until":null,"reason":"","granted_by":{"system":"operator"}}}],"undoes":42}"#);
    let empty: ChangeSet =
        serde_json::from_str(r#"{"operation":"group.confer","changes":[]}"#).unwrap();
    assert!(empty.is_empty() && empty.undoes.is_none());
    assert_eq!(empty.operation.as_str(), "group.grant_entitlement");
}

#[test]
fn every_record_has_its_word_in_the_log() {
    let c = Company::new().user("ben").group("Team");
    let resource = Resource {
        id: id("resource 1"),
        source: None,
        resource_type: Arc::from("document"),
        resource_id: Arc::from("1"),
        properties: [].into(),
    };
    let identity = Identity::link(
        &c.as_system(),
        id("user ben"),
        ConnectorId::EMAIL,
        "ben@example.com",
    );
    let all: [Change; 10] = [
        Edit::create(user("x")).into(),
        Edit::create(c.the_group("Team")).into(),
        Edit::create(app("X")).into(),
        Edit::create(tag("T", Constraints::default())).into(),
        Edit::create(c.membership("ben", "Team", MembershipKind::Member, NEVER)).into(),
        Edit::create(c.inclusion("Team", "Team", MembershipKind::Member, NEVER)).into(),
        Edit::create(c.entitlement("Team", "a", NEVER)).into(),
        Edit::create(c.request("ben", "Team", MembershipKind::Member, NEVER)).into(),
        Edit::create(resource).into(),
        identity.unwrap().into(),
    ];
    let words = all.map(|change| {
        json(&change);
        serde_json::to_value(change).unwrap()["record"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    insta::assert_snapshot!(words.join(" "), @"user group app tag membership inclusion entitlement request resource identity");
    let actors = SystemActor::ALL;
    insta::assert_snapshot!(json(&Actor::Connector(ConnectorId::IMPORT)), @r#"{"connector":"import"}"#);
    let read = |text: &str| serde_json::from_str::<Actor>(text).unwrap();
    assert_eq!(
        read(r#"{"system":"import"}"#),
        Actor::Connector(ConnectorId::IMPORT),
        "as written once"
    );
    assert_eq!(
        read(r#"{"system":"policy"}"#),
        Actor::Connector(ConnectorId::POLICY),
        "as written once"
    );
    let read = |text: &str| serde_json::from_str::<Authority>(text).unwrap();
    assert_eq!(
        read(r#""managed""#),
        Authority::Portcullis,
        "as written once"
    );
    assert_eq!(
        read(r#""unmanaged""#),
        Authority::External(ConnectorId::EXTERNAL),
        "as written once"
    );
    assert_eq!(
        read(r#"{"external":"okta"}"#),
        Authority::External(ConnectorId::parse("okta").unwrap())
    );
    insta::assert_snapshot!(actors.iter().map(|a| json(&Actor::System(*a))).collect::<Vec<_>>().join(" "), @r#"{"system":"time"} {"system":"operator"} {"system":"demo"} {"system":"sign_in"}"#);
}

#[test]
fn a_diff() {
    let c = Company::new()
        .user("ben")
        .group("Team")
        .confers("Team", "site:read");
    let add = one(Edit::create(c.membership(
        "ben",
        "Team",
        MembershipKind::Member,
        days(2),
    )));
    let diff: Diff = c.world.diff(&c.world.after(&add).unwrap(), NOW);
    insta::assert_snapshot!(serde_json::to_string(&diff).unwrap(), @r#"{"gains":[{"user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","what":"group","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","kind":"member","after":"2026-03-04T09:00:00Z"},{"user":"e4ee9675-8d43-550f-8438-a6b10d79e61f","what":"permission","permission":"site:read","after":"2026-03-04T09:00:00Z"}],"losses":[],"changes":[]}"#);
}

#[test]
fn an_end_that_is_left_out_is_not_never() {
    let c = Company::new().user("ben").group("Team");
    let text = json(&c.membership("ben", "Team", MembershipKind::Member, NEVER));
    assert!(text.contains(r#""until":null"#), "{text}");
    let without = text.replace(r#""until":null,"#, "");
    assert_ne!(without, text);
    let error = serde_json::from_str::<portcullis_model::Membership>(&without).unwrap_err();
    assert!(
        error.to_string().contains("missing field `until`"),
        "{error}"
    );
}

#[test]
fn an_entitlement_of_rules() {
    let text = r#"{"id":"0657003f-5c50-54dc-21b8-1a65fa02e76c","group":"3dc531c3-2d19-4dc5-06c0-933894b5d475","grant":"rules","list":"Readers","priority":5,"rules":[],"from":"2026-03-01T09:00:00Z","until":null,"reason":"","granted_by":{"system":"operator"}}"#;
    let entitlement: portcullis_model::Entitlement = serde_json::from_str(text).unwrap();
    assert_eq!(json(&entitlement), text);
}
