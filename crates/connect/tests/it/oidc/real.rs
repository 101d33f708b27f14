//! The same against a certified provider that others wrote: the package `oidc-provider` with its development pages
//! at port 21080, whose back-channel logouts come to port 21091 and whose keys rotate by `POST /rotate` to port 21081.

use std::time::Duration;

use portcullis_app::{Clock as _, SystemClock};
use portcullis_connect::{
    http::Url,
    oidc::{Answer, Ask, ClientSecret, Fault, Provider, Settings},
};
use portcullis_model::Timestamp;
use reqwest::{Client, redirect::Policy};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{answer, provider, settings};

const ISSUER: &str = "http://127.0.0.1:21080";
const BACK: &str = "http://127.0.0.1:21090/auth/callback";

#[tokio::test]
#[ignore = "needs the provider at its port"]
async fn a_certified_provider_signs_people_in_and_out() {
    let logouts = TcpListener::bind("127.0.0.1:21091").await.unwrap();
    let provider = provider(Settings {
        client_id: "web".into(),
        client_secret: Some(ClientSecret::new(
            "web-secret-web-secret-web-secret!".into(),
        )),
        scopes: ["email", "profile", "groups"].map(Into::into).into(),
        audiences: vec!["https://access.example/api".into()],
        ..settings(ISSUER)
    });
    println!("{:#?}", provider.check().await.unwrap());
    let now = SystemClock.now();
    let mut browser = Browser::default();

    let (begun, answered) = browser.sign_in(&provider, &Ask::default(), now).await;
    assert_eq!(answered.iss.as_deref(), Some(ISSUER));
    let ana = provider.finish(&begun, &answered, BACK, now).await.unwrap();
    println!("{ana:?}");
    assert_eq!(
        (&*ana.subject, ana.email.as_deref()),
        ("alice", Some("alice@example.com"))
    );
    assert_eq!(ana.groups.unwrap(), ["admins", "eng"]);

    let replayed = provider.finish(&begun, &answered, BACK, now).await;
    println!("replayed: {replayed:?}");
    assert!(matches!(replayed, Err(Fault::Protocol { .. })));
    let made_up = provider.finish(&begun, &answer(&begun), BACK, now).await;
    assert!(matches!(made_up, Err(Fault::Protocol { .. })));

    // Its old keys are gone.
    browser
        .post(
            "http://127.0.0.1:21081/rotate",
            r#"{"keepOld":false}"#.into(),
        )
        .await;
    let later = now.plus_seconds(6);
    let fresh = Ask {
        max_age: Some(0),
        ..Ask::default()
    };
    let (begun, answered) = browser.sign_in(&provider, &fresh, later).await;
    let again = provider
        .finish(&begun, &answered, BACK, later)
        .await
        .unwrap();
    assert!(again.auth_time.is_some() && again.sid.is_some());

    // What asks for a person does not take a program.
    let form = "grant_type=client_credentials&scope=api&resource=https://access.example/api&client_id=m2m&client_secret=m2m-secret-m2m-secret-m2m-secret!";
    let tokens: serde_json::Value =
        serde_json::from_str(&browser.post(&format!("{ISSUER}/token"), form.into()).await).unwrap();
    let token = tokens["access_token"].as_str().unwrap();
    let program = provider.access_token(token, later).await;
    println!("program: {program:?}");
    assert!(matches!(
        program,
        Err(Fault::Protocol { .. } | Fault::Refused { .. })
    ));

    let out = provider
        .end_session("http://127.0.0.1:21090/")
        .await
        .unwrap()
        .unwrap();
    let page = browser.get(&out).await.1;
    let field = |name: &str| {
        let rest = page.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let xsrf = page.split("name=\"xsrf\" value=\"").nth(1).unwrap();
    let xsrf = xsrf.split('"').next().unwrap();
    let (action, form) = (field("action"), format!("xsrf={xsrf}&logout=yes"));
    let logging_out = tokio::spawn(async move { browser.post(&action, form).await });
    let told = tokio::time::timeout(Duration::from_secs(10), logout(&logouts))
        .await
        .unwrap();
    logging_out.await.unwrap();
    let ended = provider
        .logout_token(&told, SystemClock.now())
        .await
        .unwrap();
    println!("{ended:?}");
    assert_eq!(ended.sid, again.sid);
}

/// The token that the provider brings.
async fn logout(logouts: &TcpListener) -> String {
    let (mut stream, _) = logouts.accept().await.unwrap();
    let mut request = String::new();
    while !request.contains("logout_token=") {
        let mut some = [0; 8192];
        let read = stream.read(&mut some).await.unwrap();
        request.push_str(std::str::from_utf8(&some[..read]).unwrap());
    }
    let done = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(done).await.unwrap();
    request.split("logout_token=").nth(1).unwrap().to_owned()
}

/// As much of a browser as it takes.
struct Browser {
    http: Client,
    cookies: Vec<(String, String)>,
}

impl Default for Browser {
    fn default() -> Self {
        Self {
            http: Client::builder().redirect(Policy::none()).build().unwrap(),
            cookies: Vec::new(),
        }
    }
}

impl Browser {
    async fn sign_in(
        &mut self,
        provider: &Provider,
        ask: &Ask,
        now: Timestamp,
    ) -> (super::Begun, Answer) {
        let (mut url, begun) = provider.begin(BACK, ask, now).await.unwrap();
        while !url.starts_with(BACK) {
            let (to, page) = self.get(&url).await;
            url = match to {
                Some(to) => to,
                None => self.fill(&url, &page).await,
            };
        }
        let pairs: serde_json::Map<_, _> = Url::parse(&url)
            .unwrap()
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect();
        (begun, serde_json::from_value(pairs.into()).unwrap())
    }

    /// Signs in as Alice, or agrees.
    async fn fill(&mut self, url: &str, page: &str) -> String {
        let action = page.split("action=\"").nth(1).unwrap();
        let action = action.split('"').next().unwrap().replace("&amp;", "&");
        let action = Url::parse(url).unwrap().join(&action).unwrap();
        let form = match page.contains("name=\"login\"") {
            true => "prompt=login&login=alice&password=x",
            false => "prompt=consent",
        };
        let reply = self.call(self.http.post(action.clone()).body(form)).await;
        let to = reply.headers()["location"].to_str().unwrap();
        action.join(to).unwrap().into()
    }

    async fn get(&mut self, url: &str) -> (Option<String>, String) {
        let reply = self.call(self.http.get(url)).await;
        let to = reply.headers().get("location");
        let to = to.map(|to| reply.url().join(to.to_str().unwrap()).unwrap().into());
        (to, reply.text().await.unwrap())
    }

    async fn post(&mut self, url: &str, body: String) -> String {
        let reply = self.call(self.http.post(url).body(body)).await;
        reply.text().await.unwrap()
    }

    async fn call(&mut self, request: reqwest::RequestBuilder) -> reqwest::Response {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let reply = request
            .header("cookie", cookies.join("; "))
            .header("content-type", "application/x-www-form-urlencoded")
            .send()
            .await
            .unwrap();
        for set in reply.headers().get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.into(), value.into()));
        }
        reply
    }
}
