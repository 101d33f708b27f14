//! Sessions, tokens and the demo's first persona: who a request is from, and which forms are theirs.

use std::sync::Arc;

use portcullis_app::{App, RandomIds, SystemClock, user::InitAdmin};
use portcullis_model::{Actor, Email, Id, Login, Policy, SystemActor};
use portcullis_store::{Live, Store};
use portcullis_web::{Access, Decisions, SigningKey, Web, serve};

/// A program on a database that outlives it.
struct Portal {
    base: String,
    client: reqwest::Client,
}

impl Portal {
    /// As the binary starts: with the secret that is kept, or with the one offered.
    async fn start(folder: &tempfile::TempDir, offered: [u8; 32]) -> Self {
        let url = format!("sqlite:{}", folder.path().join("s.sqlite").display());
        let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
        let app = App::new(
            live,
            Arc::new(SystemClock),
            Arc::new(RandomIds),
            Policy::default(),
        );
        if app.world().find_user("ana").is_none() {
            let operator = app.context(Actor::System(SystemActor::Operator));
            let init = InitAdmin {
                email: Email::parse("ana@example.com").unwrap(),
                login: Some(Login::parse("ana").unwrap()),
                name: None,
            };
            app.commit(operator, init, None).await.unwrap();
        }
        let ana = app.world().find_user("ana").unwrap().id;
        let secret = app.store().signing_secret(offered).await.unwrap();
        let key = SigningKey::new(&secret).unwrap();
        // Who is deleted is no persona any more, and the next one is shown first.
        let gone = Id::new(uuid::Uuid::nil());
        let access = Access::Demo(vec![(gone, "nobody".into()), (ana, "everything".into())]);
        let web = Web::new(app, access, key, Decisions::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, web, std::future::pending()));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { base, client }
    }

    /// The form token on the home page that a browser with this cookie sees.
    async fn form_token(&self, cookie: &str) -> String {
        let request = self.client.get(format!("{}/", self.base));
        let request = request
            .header("accept", "text/html")
            .header("cookie", cookie);
        let page = request.send().await.unwrap().text().await.unwrap();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// The status of a change that a browser with this cookie sends with this form token.
    async fn change(&self, cookie: &str, token: &str) -> u16 {
        let request = self.client.post(format!("{}/tags/new", self.base));
        let form = [("csrf", token), ("name", "sensitive"), ("enabled", "yes")];
        let request = request
            .header("accept", "text/html")
            .header("cookie", cookie);
        request.form(&form).send().await.unwrap().status().as_u16()
    }

    /// Becomes ana; the cookie of the new session.
    async fn switch(&self, cookie: &str) -> String {
        let token = self.form_token(cookie).await;
        let request = self.client.post(format!("{}/auth/demo", self.base));
        let form = [("login", "ana"), ("csrf", &token)];
        let request = request
            .header("accept", "text/html")
            .header("cookie", cookie);
        let answer = request.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// What `change` answers where the form token is not accepted.
const REFUSED: u16 = 403;

#[tokio::test]
async fn a_form_token_is_good_for_its_own_session_only() {
    let folder = tempfile::tempdir().unwrap();
    let portal = Portal::start(&folder, [1; 32]).await;
    let without = portal.form_token("").await;
    let one = portal.switch("").await;
    let two = portal.switch(&one).await;
    assert_ne!(one, two, "each switch begins a session");
    let (of_one, of_two) = (portal.form_token(&one).await, portal.form_token(&two).await);
    for (cookie, token) in [
        (&*one, &*of_two),
        (&*two, &*of_one),
        (&*one, &*without),
        ("", &*of_one),
        (&*one, ""),
        ("", ""),
    ] {
        assert_eq!(portal.change(cookie, token).await, REFUSED);
    }
    assert_eq!(portal.change(&two, &of_two).await, 303);
}

#[tokio::test]
async fn the_session_of_somebody_who_is_gone_ends_and_the_next_visit_begins_anew() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cookie = Portal::start(&here, [1; 32]).await.switch("").await;
    // Signed alike, and of an ana whom nobody knows here.
    let portal = Portal::start(&there, [1; 32]).await;
    let get = async |cookie: &str| {
        let request = portal.client.get(format!("{}/", portal.base));
        let request = request.header("accept", "text/html");
        request.header("cookie", cookie).send().await.unwrap()
    };
    let answer = get(&cookie).await;
    assert_eq!(answer.status(), 401);
    let ends = answer.headers()["set-cookie"].to_str().unwrap();
    let (name, _) = cookie.split_once('=').unwrap();
    assert!(
        ends.starts_with(&format!("{name}=;")) && ends.contains("Max-Age=0"),
        "{ends}"
    );
    assert_eq!(get("").await.status(), 200);
}

#[tokio::test]
async fn a_form_drawn_before_a_restart_is_accepted_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let before = Portal::start(&folder, [1; 32]).await;
    let cookie = before.switch("").await;
    let token = before.form_token(&cookie).await;
    let after = Portal::start(&folder, [2; 32]).await;
    assert_eq!(after.change(&cookie, &token).await, 303);
    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = Portal::start(&elsewhere, [2; 32]).await;
    assert_eq!(stranger.change(&cookie, &token).await, REFUSED);
}

#[tokio::test]
async fn a_cookie_that_was_changed_is_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let portal = Portal::start(&folder, [1; 32]).await;
    let cookie = portal.switch("").await;
    let me = async |cookie: &str, token: Option<&str>| {
        let request = portal.client.get(format!("{}/api/v1/me", portal.base));
        let mut request = request.header("cookie", cookie);
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(me(&cookie, None).await, 200);
    assert_eq!(
        me("", None).await,
        401,
        "a program without a token is nobody"
    );
    let (front, signature) = cookie.rsplit_once('.').unwrap();
    let (name, session) = front.rsplit_once('.').unwrap();
    let other = session.replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(me(&format!("{name}.{other}.{signature}"), None).await, 401);
    assert_eq!(me(front, None).await, 401);
    // A token that is none is not made up for by a session.
    assert_eq!(me(&cookie, Some("Bearer nonsense")).await, 401);
    assert_eq!(me(&cookie, Some("Bearer demo-ana")).await, 200);
}
