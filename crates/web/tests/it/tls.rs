//! TLS that the program speaks itself: what it shows, what it counts for, and how long it may take.

use std::time::Duration;

use portcullis_app::App;
use portcullis_testkit::{Authority, Certificate, TestApp};
use portcullis_web::{
    Access, Connections, Deadlines, Decisions, Limits, Proxies, SigningKey, Tls, Ways, Web,
    serve_over,
};
use reqwest::tls;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::sign_in::link;

/// A server over TLS, and who vouches for it.
struct Server {
    port: u16,
    tls: Tls,
    authority: Authority,
}

fn replace(tls: &Tls, made: &Certificate) {
    let replaced = tls.replace(made.certificate.as_bytes(), made.key.as_bytes());
    let _ = replaced.unwrap();
}

impl Server {
    async fn start(app: &App, connections: Connections) -> Self {
        let authority = Authority::new().unwrap();
        let made = authority.issue(&["localhost", "127.0.0.1"]).unwrap();
        let tls = Tls::new(made.certificate.as_bytes(), made.key.as_bytes()).unwrap();
        let limits = Limits {
            connections,
            ..Limits::default()
        };
        let web = web(app, Ways::default(), limits);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shown = Some(tls.clone());
        tokio::spawn(serve_over(listener, shown, web, std::future::pending()));
        Self {
            port,
            tls,
            authority,
        }
    }

    fn client(&self, versions: Option<tls::Version>) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.authority.pem().as_bytes()).unwrap();
        let mut client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([root])
            .redirect(reqwest::redirect::Policy::none());
        if let Some(version) = versions {
            client = client.tls_version_min(version).tls_version_max(version);
        }
        client.build().unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }
}

fn web(app: &App, ways: Ways, limits: Limits) -> Web {
    let (access, key) = (
        Access::Ways(Box::new(ways)),
        SigningKey::new(&[9; 32]).unwrap(),
    );
    Web::limited(app.clone(), access, key, Decisions::default(), limits)
}

#[tokio::test]
async fn both_versions_are_spoken_and_count_as_secure() {
    let it = TestApp::start().await.unwrap();
    let server = Server::start(&it.app, Connections::default()).await;
    for version in [tls::Version::TLS_1_2, tls::Version::TLS_1_3] {
        let client = server.client(Some(version));
        let health = client.get(server.url("/healthz")).send().await.unwrap();
        assert_eq!(health.status(), 200);
        assert_eq!(health.version(), reqwest::Version::HTTP_11);
        // Other servers of this machine speak no TLS under the same name.
        assert!(!health.headers().contains_key("strict-transport-security"));
        let known = server.url("/.well-known/authzen-configuration");
        let known: Value = client
            .get(known)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(known["policy_decision_point"], server.url(""));
        let link = server.url(&link(&it.app, "sven").await);
        let signed_in = client.post(link).send().await.unwrap();
        let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-portcullis-session="), "{cookie}");
        assert!(cookie.ends_with("; Secure"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap();
        let account = client.get(server.url("/account")).header("cookie", cookie);
        assert_eq!(account.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn another_certificate_is_shown_to_whoever_connects_next() {
    let it = TestApp::start().await.unwrap();
    let server = Server::start(&it.app, Connections::default()).await;
    let asked = async |client: reqwest::Client| client.get(server.url("/healthz")).send().await;
    let early = server.client(None);
    assert!(asked(early.clone()).await.is_ok());
    let other = Authority::new().unwrap();
    replace(&server.tls, &other.issue(&["localhost"]).unwrap());
    // A connection that is there goes on; a new one is shown what its client does not trust.
    assert!(asked(early).await.is_ok());
    assert!(asked(server.client(None)).await.is_err());
    replace(
        &server.tls,
        &server.authority.issue(&["localhost"]).unwrap(),
    );
    assert!(asked(server.client(None)).await.is_ok());
}

#[tokio::test]
async fn who_does_not_come_to_speak_tls_is_gone_in_time_and_holds_up_nobody() {
    let deadlines = Deadlines {
        head: Duration::from_millis(200),
        ..Deadlines::default()
    };
    let connections = Connections {
        most: 2,
        per_address: 2,
        deadlines,
    };
    let it = TestApp::start().await.unwrap();
    let server = Server::start(&it.app, connections).await;
    let mut said = Vec::new();
    for words in [
        &b""[..],
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"\x16\x03\x01",
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port))
            .await
            .unwrap();
        stream.write_all(words).await.unwrap();
        said.push(stream);
    }
    for mut stream in said {
        let mut answer = Vec::new();
        // A connection that is reset is closed, too.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear");
    }
    let health = server.client(None).get(server.url("/healthz")).send().await;
    assert_eq!(health.unwrap().status(), 200);
}

/// A server in the clear that believes these proxies.
async fn behind(app: &App, proxies: &[&str]) -> String {
    let ways = Ways {
        proxies: Proxies::parse(proxies.iter().copied()).unwrap(),
        ..Ways::default()
    };
    let web = web(app, ways, Limits::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve_over(listener, None, web, std::future::pending()));
    base
}

#[tokio::test]
async fn a_proxy_that_is_believed_says_the_scheme_and_others_do_not() {
    let it = TestApp::start().await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (proxies, scheme) in [(&[][..], "http"), (&["127.0.0.0/8"], "https")] {
        let base = behind(&it.app, proxies).await;
        let known = format!("{base}/.well-known/authzen-configuration");
        let request = client.get(known).header("host", "access.example.com");
        let request = request
            .header("x-forwarded-for", "198.51.100.1")
            .header("x-forwarded-proto", "https");
        let known: Value = request.send().await.unwrap().json().await.unwrap();
        let there = format!("{scheme}://access.example.com");
        assert_eq!(known["policy_decision_point"], there);
    }
}

#[tokio::test]
async fn people_behind_a_proxy_are_counted_one_by_one_and_nobody_chooses_as_whom() {
    let it = TestApp::start().await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let far = "192.0.2.1";
    for (proxy, other_is_let_in) in [("127.0.0.1", true), (far, false)] {
        let base = behind(&it.app, &[proxy]).await;
        let attempt = async |from: &str| {
            let request = client.post(format!("{base}/sign-in/link/wrong"));
            let request = request.header("x-forwarded-for", from);
            request.send().await.unwrap().status().as_u16()
        };
        let mut tried = 0;
        while attempt("198.51.100.1").await != 429 {
            tried += 1;
            assert!(tried < 1000, "somebody may try for ever");
        }
        // What stands further left is whatever the client says. Some time goes by here, and lets a few in.
        let mut same = 0;
        while attempt("203.0.113.9, 198.51.100.1").await != 429 {
            same += 1;
            assert!(same < 5, "it is counted apart");
        }
        assert_eq!(attempt("198.51.100.2").await != 429, other_is_let_in);
    }
}
