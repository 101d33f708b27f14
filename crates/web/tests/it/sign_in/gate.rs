//! A server that people sign in to, and what they and programs send it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use portcullis_app::{
    App,
    secret::Secret,
    token::{IssueLink, IssueToken, LinkTo},
};
use portcullis_model::{Actor, Expiry, Name, Position, Scope, SystemActor};
use portcullis_web::{Access, Decisions, SigningKey, Ways, Web, serve};
use reqwest::{Method, StatusCode, redirect};
use serde_json::Value;

/// A server that people sign in to.
pub(super) struct Gate {
    base: String,
    client: reqwest::Client,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) cookies: Vec<String>,
    pub(super) to: String,
    pub(super) text: String,
}

impl Gate {
    pub(super) async fn of(app: &App, ways: Ways, public_url: Option<&str>) -> Result<Self> {
        let decisions = Decisions {
            public_url: public_url.map(str::to_owned),
            ..Decisions::default()
        };
        let key = SigningKey::new(&[9; 32]).context("a key")?;
        let web = Web::new(app.clone(), Access::Ways(Box::new(ways)), key, decisions);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        tokio::spawn(serve(listener, web, std::future::pending()));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { base, client })
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: Option<&[(&str, &str)]>,
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        request = request.header("accept", "text/html");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let answer = request.send().await.unwrap();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        Answer {
            status: answer.status(),
            cookies: answer
                .headers()
                .get_all("set-cookie")
                .iter()
                .map(text)
                .collect(),
            to: answer
                .headers()
                .get("location")
                .map_or_else(String::new, text),
            text: answer.text().await.unwrap(),
        }
    }

    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(Method::GET, path, &[("cookie", cookie)], None)
            .await
    }

    /// Whether that cookie still is a session.
    pub(super) async fn lets_in(&self, cookie: &str) -> bool {
        let answer = self.get("/groups", cookie).await;
        assert!(
            answer.status == StatusCode::OK || answer.to.starts_with("/sign-in?"),
            "{}",
            answer.status
        );
        answer.status == StatusCode::OK
    }

    /// What a program with that token is answered.
    pub(super) async fn program(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: &Value,
    ) -> (u16, Value) {
        let request = self
            .client
            .request(method.clone(), format!("{}{path}", self.base));
        let mut request = request.bearer_auth(token);
        if method != Method::GET {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or_default(),
        )
    }

    /// The form token on a page.
    pub(super) async fn form_token(&self, cookie: &str) -> String {
        let page = self.get("/account", cookie).await.text;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Signs `login` in by a link; the cookie.
    pub(super) async fn sign_in(&self, app: &App, login: &str) -> String {
        let link = link(app, login).await;
        let answer = self.ask(Method::POST, &link, &[], None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.cookies[0].split(';').next().unwrap().to_owned()
    }
}

pub(super) fn operator(app: &App) -> portcullis_model::Context {
    app.context(Actor::System(SystemActor::Operator))
}

/// The path of a link that signs `login` in.
pub(crate) async fn link(app: &App, login: &str) -> String {
    let secret = Secret::new("");
    let user = app.world().user_by_login(login).unwrap().id;
    let digest = secret.digest();
    app.commit(
        operator(app),
        IssueLink {
            user,
            to: LinkTo::SignIn,
            digest,
        },
        None,
    )
    .await
    .unwrap();
    format!("/sign-in/link/{}", secret.reveal())
}

/// A token of `login` with those scopes, for a day.
pub(crate) async fn token(app: &App, login: &str, name: &str, scopes: &[Scope]) -> Secret {
    let secret = Secret::new("pct_");
    let issue = IssueToken {
        user: app.world().user_by_login(login).unwrap().id,
        name: Name::parse(name).unwrap(),
        scopes: scopes.iter().copied().collect(),
        digest: secret.digest(),
        until: Expiry::at(app.now().plus_days(1)),
    };
    app.commit(operator(app), issue, None).await.unwrap();
    secret
}

/// Waits until a server knows of a change.
pub(super) async fn reached(app: &App, position: Position) {
    let seen = app.live().at_least(position, Duration::from_secs(20)).await;
    assert!(seen.is_ok(), "it follows the log");
}
