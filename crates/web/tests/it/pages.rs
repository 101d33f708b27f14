//! The reading pages over a small company: every link leads somewhere, every page stays small and
//! says what it is for.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use portcullis_app::{
    App, Operation, RandomIds, Settings, SystemClock,
    app::CreateApp,
    group::{AddPeople, AttachRole, CreateGroup, GrantEntitlement},
    request::CreateRequest,
    tag::CreateTag,
    user::{CreateUser, InitAdmin},
};
use portcullis_model::{
    Actor, Constraints, Expiry, Grant, Group, GroupKind, Id, MembershipKind, Permission,
    SystemActor, User, UserKind, Wants, World,
};
use portcullis_store::{Live, Store};
use portcullis_web::{Access, Decisions, SigningKey, Web, serve};

struct Company {
    app: App,
    base: String,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    body: String,
}

impl Company {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("pages.sqlite").display());
        let live = Live::start(Store::open(&url).await.expect("a database"))
            .await
            .expect("a world");
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
        let app = App::new(live, clock, ids, Settings::default());
        let key = SigningKey::new(&[7; 32]).expect("a key");
        let web = Web::new(
            app.clone(),
            Access::Demo(Vec::new()),
            key,
            Decisions::default(),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(serve(listener, web, std::future::pending()));
        let company = Self {
            app,
            base,
            client: reqwest::Client::new(),
            _folder: folder,
        };
        company.fill().await;
        company
    }

    async fn does(&self, actor: Actor, operation: impl Operation) {
        let context = self.app.context(actor);
        self.app
            .commit(context, operation, None)
            .await
            .expect("a commit");
    }

    fn world(&self) -> Arc<World> {
        self.app.world()
    }

    fn user(&self, login: &str) -> Id<User> {
        self.world().find_user(login).expect("a user").id
    }

    fn group(&self, name: &str) -> Id<Group> {
        self.world().find_group(name).expect("a group").id
    }

    /// Ana administers; Jo owns Payroll and a role that leads into it; Sam is new; Mei has it all
    /// through the role, until next week.
    async fn fill(&self) {
        let operator = Actor::System(SystemActor::Operator);
        let init = InitAdmin {
            email: parse("ana@example.com"),
            login: Some(parse("ana")),
            name: Some(parse("Ana Lima")),
        };
        self.does(operator, init).await;
        let ana = Actor::User(self.user("ana"));
        for (login, name) in [("jo", "Jo Berg"), ("sam", "Sam Okoro"), ("mei", "Mei Lin")] {
            let create = CreateUser {
                login: parse(login),
                name: parse(name),
                email: None,
                kind: UserKind::Person,
                manager: Some(self.user("ana")),
                attributes: BTreeMap::new(),
            };
            self.does(ana, create).await;
        }
        let tag = CreateTag {
            name: parse("sensitive"),
            description: parse("Handle with care"),
            enabled: true,
            constraints: Constraints {
                member_time_limit: (90 * 86_400).try_into().ok(),
                require_member_reason: true,
                ..Constraints::default()
            },
        };
        self.does(ana, tag).await;
        let payroll = CreateApp {
            name: parse("Payroll"),
            description: parse("Who earns what"),
            owners: vec![self.user("jo")],
            tags: vec![self.world().find_tag("sensitive").expect("a tag").id],
            groups: vec![(parse("App-Payroll-Read"), parse("Reads salaries"))],
            origin: Default::default(),
        };
        self.does(ana, payroll).await;
        let role = CreateGroup {
            kind: GroupKind::Role,
            name: parse("Role-Analyst"),
            description: parse("Looks at numbers"),
            tags: Vec::new(),
            owners: vec![self.user("jo")],
        };
        self.does(ana, role).await;
        let (role, read) = (self.group("Role-Analyst"), self.group("App-Payroll-Read"));
        let attach = AttachRole {
            role,
            groups: vec![read],
            kind: MembershipKind::Member,
            until: Expiry::at(self.app.now().plus_days(60)),
            reason: parse("analysts need it"),
        };
        self.does(Actor::User(self.user("jo")), attach).await;
        let confer = GrantEntitlement {
            group: read,
            replaces: None,
            grant: Grant::Permission(Permission {
                name: parse("payroll:read"),
                environments: Default::default(),
            }),
            until: Expiry::NEVER,
            reason: Default::default(),
        };
        self.does(ana, confer).await;
        let add = AddPeople {
            group: role,
            kind: MembershipKind::Member,
            users: vec![self.user("mei")],
            until: Expiry::at(self.app.now().plus_days(5)),
            reason: parse("<script>alert(1)</script>"),
        };
        self.does(Actor::User(self.user("jo")), add).await;
        let ask = CreateRequest {
            wants: Wants::Membership {
                group: read,
                kind: MembershipKind::Member,
            },
            until: Expiry::at(self.app.now().plus_days(20)),
            reason: parse("month end"),
        };
        self.does(Actor::User(self.user("sam")), ask).await;
    }

    async fn get(&self, login: &str, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.base));
        let request = request
            .bearer_auth(format!("demo-{login}"))
            .header("accept", "text/html");
        let response = request.send().await.expect("an answer");
        Answer {
            status: response.status().as_u16(),
            body: response.text().await.expect("a text"),
        }
    }

    async fn text(&self, login: &str, path: &str) -> String {
        let answer = self.get(login, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", words(&answer.body));
        words(&answer.body)
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).expect("a value")
}

/// What a page says, without its marks.
fn words(html: &str) -> String {
    let main = html.split("<main").nth(1).unwrap_or(html);
    let mut text = String::new();
    let mut inside = true;
    for c in main.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
        if c == '>' {
            text.push(' ');
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every address a page leads to.
fn links(html: &str) -> Vec<String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.starts_with('/') && !href.starts_with("/assets/"))
        .map(|href| {
            let href = href.replace("&#38;", "&").replace("&amp;", "&");
            href.split('#').next().unwrap_or_default().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_every_page_leads_to_a_small_page() {
    let company = Company::start().await;
    let icons = company.get("ana", "/assets/icons.svg").await.body;
    for login in ["ana", "jo", "sam"] {
        let mut seen = BTreeSet::new();
        let starts = ["/", "/expiring", "/why", "/search?q=a", "/compare"];
        let mut todo: VecDeque<String> = starts.map(str::to_owned).into();
        while let Some(path) = todo.pop_front() {
            if seen.len() > 400 || !seen.insert(path.clone()) {
                continue;
            }
            let answer = company.get(login, &path).await;
            // A preview of what a rule forbids, such as deleting the last admin, says so.
            let previews = path.contains("/delete") || path.contains("/leave");
            if previews && answer.status == 400 {
                continue;
            }
            assert_eq!(
                answer.status,
                200,
                "{login} {path}: {}",
                words(&answer.body)
            );
            if path.starts_with("/api/") {
                continue;
            }
            assert!(answer.body.len() < 100_000, "{path}: {}", answer.body.len());
            assert!(!answer.body.contains(" style="), "{path}: inline style");
            // The editor of rules has a module of its own, for what it says while somebody types.
            let scripts = 1 + usize::from(answer.body.contains(" data-rules>"));
            assert_eq!(answer.body.matches("<script").count(), scripts, "{path}");
            for asked in answer.body.split("<use href=\"").skip(1) {
                let icon = asked
                    .split('"')
                    .next()
                    .and_then(|href| href.split_once('#'));
                let (_, id) = icon.expect("an icon's id");
                assert!(icons.contains(&format!("id=\"{id}\"")), "{path}: {id}");
            }
            todo.extend(links(&answer.body));
        }
        assert!(seen.len() > 30, "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_says_who_through_what_and_until_when() {
    let company = Company::start().await;
    let text = company.text("jo", "/groups/App-Payroll-Read").await;
    for part in [
        "Mei Lin mei Role-Analyst",
        "in 5 days",
        "payroll:read",
        "members stay at most 90 days at a time",
        "Sam Okoro requested membership",
        "Add people",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    let text = company
        .text("jo", "/groups/App-Payroll-Read?show=from")
        .await;
    assert!(
        text.contains("People get in through 1 Its people Role-Analyst"),
        "{text}"
    );
    let text = company.text("sam", "/groups/App-Payroll-Read").await;
    assert!(
        text.contains("Ask to join") && !text.contains("Add people"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn why_tells_the_way_or_the_step_that_is_missing() {
    let company = Company::start().await;
    let text = company
        .text("sam", "/why?user=mei&permission=payroll:read")
        .await;
    assert!(text.contains("Yes: Mei Lin has payroll:read"), "{text}");
    assert!(text.contains("through Role-Analyst"), "{text}");
    let text = company
        .text("sam", "/why?user=sam&permission=payroll:read")
        .await;
    assert!(
        text.contains("No: Sam Okoro does not have payroll:read."),
        "{text}"
    );
    assert!(
        text.contains("or of a role that includes it: Role-Analyst"),
        "{text}"
    );
    assert!(text.contains("Who decides: Jo Berg"), "{text}");
    assert!(text.contains("Ask for App-Payroll-Read"), "{text}");
    let text = company.text("sam", "/why?permission=payroll:read").await;
    assert!(text.contains("Who has payroll:read 1"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_says_so_and_offers_nothing_to_do() {
    let company = Company::start().await;
    let future = company.app.now().plus_days(6).to_string();
    let path = format!("/groups/App-Payroll-Read?at={future}");
    let text = company.text("jo", &path).await;
    assert!(text.contains("As it will be on"), "{text}");
    assert!(text.contains("No members yet"), "{text}");
    assert!(!text.contains("Add people"), "{text}");
    let past = company.app.now().plus_days(-30).to_string();
    let answer = company
        .get("jo", &format!("/groups/App-Payroll-Read?at={past}"))
        .await;
    assert_eq!(answer.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn home_shows_what_ends_what_waits_and_what_to_do_with_nothing() {
    let company = Company::start().await;
    let text = company.text("mei", "/").await;
    assert!(
        text.contains("App-Payroll-Read through Role-Analyst"),
        "{text}"
    );
    let text = company.text("jo", "/").await;
    assert!(
        text.contains("Sam Okoro asks to join App-Payroll-Read"),
        "{text}"
    );
    let text = company.text("sam", "/").await;
    assert!(text.contains("You are in no group yet"), "{text}");
    assert!(text.contains("You asked for App-Payroll-Read"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_the_change_and_who_gained_by_it() {
    let company = Company::start().await;
    let text = company
        .text("sam", "/activity?q=mei&operation=group.")
        .await;
    assert!(text.contains("Jo Berg added or extended people"), "{text}");
    let entry = company.world().position().0 - 1;
    let text = company.text("jo", &format!("/activity/{entry}")).await;
    assert!(text.contains("Mei Lin → Role-Analyst as member"), "{text}");
    assert!(text.contains("1 person +3 gained"), "{text}");
    assert!(text.contains("Undo this…"), "{text}");
    let text = company.text("sam", &format!("/activity/{entry}")).await;
    assert!(!text.contains("Undo this…"), "{text}");
    assert_eq!(company.get("sam", "/activity/9999").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switcher_gets_what_it_looks_for() {
    let company = Company::start().await;
    let answer = company.get("sam", "/search.json?q=pay").await;
    let found: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let kinds: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["kind"])
        .collect();
    assert!(
        kinds.contains(&&"app".into()) && kinds.contains(&&"group".into()),
        "{found}"
    );
    assert!(
        found[0]["href"].as_str().unwrap().starts_with('/'),
        "{found}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switcher_also_finds_pages_and_what_one_may_do() {
    let company = Company::start().await;
    let found = async |who: &str, query: &str| -> Vec<(String, String)> {
        let answer = company.get(who, &format!("/search.json?q={query}")).await;
        let items: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let items = items.as_array().unwrap().iter();
        let text = |item: &serde_json::Value, key: &str| item[key].as_str().unwrap().to_owned();
        items
            .map(|item| (text(item, "label"), text(item, "href")))
            .collect()
    };
    let is = |label: &str, href: &str| (label.to_owned(), href.to_owned());
    assert_eq!(
        found("sam", "expir").await[0],
        is("Expiring access", "/expiring")
    );
    // Words in any order, also some that it is not called by.
    assert_eq!(
        found("sam", "access%20get").await[0],
        is("Get access", "/requests/new")
    );
    let owned = is("Groups you own", "/groups?owner=me");
    assert!(found("sam", "my%20groups").await.contains(&owned));
    let add = is("Add a person", "/people/new");
    assert!(found("ana", "add%20person").await.contains(&add));
    assert!(!found("sam", "add%20person").await.contains(&add));
    for (_, href) in found("ana", "a").await {
        assert_eq!(company.get("ana", &href).await.status, 200, "{href}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_are_compared_and_what_one_lacks_can_be_asked_for() {
    let company = Company::start().await;
    let text = company.text("sam", "/compare?a=sam&b=mei").await;
    assert!(text.contains("Only Mei Lin 2"), "{text}");
    assert!(text.contains("Ask for this"), "{text}");
    let text = company.text("ana", "/compare?a=jo&b=m").await;
    assert!(
        text.contains("m may mean") || text.contains("Only Mei Lin"),
        "{text}"
    );
}
