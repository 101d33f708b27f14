//! The client keeps its bounds, whatever the other side does.

use std::{sync::Arc, time::Duration};

use portcullis_app::SystemClock;

use portcullis_connect::http::{Call, Http, HttpError, Method, Reach, Settings, Url, origin};

use crate::server::{Does, Server, ok, status};

fn http() -> Http {
    Http::new(&Settings::default(), Arc::new(SystemClock)).unwrap()
}

fn get(url: Url) -> Call {
    Call::get(url)
        .reach(Reach::Anywhere)
        .timeout(Duration::from_secs(5))
}

fn here(server: &Server) -> String {
    origin(&server.url("/"))
}

#[tokio::test]
async fn an_answer_of_any_status_is_an_answer() {
    let server = Server::start(status(418)).await;
    let reply = http().send(get(server.url("/x?q=1"))).await.unwrap();
    assert_eq!(reply.status(), 418);
    assert_eq!(reply.excerpt().await, "no");
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "GET /x?q=1");
    assert!(asked.header("user-agent").starts_with("portcullis/"));
}

#[tokio::test]
async fn what_only_reads_is_tried_again_where_that_was_asked_for_and_nothing_else_is() {
    let server = Server::start(ok()).await;
    server.will([status(503), Does::Closes]);
    let reply = http().send(get(server.url("/")).attempts(3)).await.unwrap();
    assert_eq!((reply.status().as_u16(), server.asked().len()), (200, 3));

    server.will([status(503)]);
    let reply = http().send(get(server.url("/"))).await.unwrap();
    assert_eq!((reply.status().as_u16(), server.asked().len()), (503, 4));

    server.will([status(503)]);
    let post = Call::post_json(server.url("/"), b"{}".to_vec()).reach(Reach::Anywhere);
    let reply = http().send(post.attempts(3)).await.unwrap();
    assert_eq!((reply.status().as_u16(), server.asked().len()), (503, 5));

    // What will not change is not tried again, nor is whoever asks for an hour waited for.
    server.will([status(404)]);
    assert_eq!(
        http()
            .send(get(server.url("/")).attempts(3))
            .await
            .unwrap()
            .status(),
        404
    );
    server.will([Does::Answers(
        429,
        &[("retry-after", "3600")],
        String::new(),
    )]);
    let reply = http().send(get(server.url("/")).attempts(3)).await.unwrap();
    assert_eq!(
        (reply.retry_after(), server.asked().len()),
        (Some(Duration::from_secs(3600)), 7)
    );
}

#[tokio::test]
async fn whoever_asks_to_be_left_alone_is_left_alone_by_all_and_nobody_else_is() {
    let server = Server::start(Does::Answers(429, &[("retry-after", "30")], String::new())).await;
    let (one, other) = (http(), http());
    assert_eq!(one.send(get(server.url("/a"))).await.unwrap().status(), 429);
    match one.clone().send(get(server.url("/a?again"))).await {
        Err(HttpError::HeldBack { after, .. }) => assert!(after > Duration::from_secs(25)),
        other => panic!("{other:?}"),
    }
    // What another is asked is another's to answer: hosts of chats and mail are everybody's.
    assert_eq!(one.send(get(server.url("/b"))).await.unwrap().status(), 429);
    // Another client knows nothing of it.
    assert_eq!(
        other.send(get(server.url("/a"))).await.unwrap().status(),
        429
    );
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn silence_floods_and_broken_answers_end_within_bounds() {
    let server = Server::start(Does::Hangs).await;
    let soon = get(server.url("/")).timeout(Duration::from_millis(200));
    let late = http().send(soon).await.unwrap_err();
    assert_eq!(
        late,
        HttpError::Late {
            origin: here(&server)
        }
    );

    server.always(Does::Floods);
    let reply = http()
        .send(get(server.url("/")).most(10_000))
        .await
        .unwrap();
    let most = HttpError::TooLong {
        origin: here(&server),
        most: 10_000,
    };
    assert_eq!(reply.bytes().await, Err(most));
    let reply = http().send(get(server.url("/"))).await.unwrap();
    assert_eq!(reply.excerpt().await.len(), 300);

    server.always(Does::ClosesMidBody);
    let reply = http().send(get(server.url("/"))).await.unwrap();
    assert!(matches!(reply.bytes().await, Err(HttpError::Broken { .. })));
    let reply = http().send(get(server.url("/"))).await.unwrap();
    assert_eq!(reply.excerpt().await, "ha");

    server.always(ok());
    let reply = http().send(get(server.url("/"))).await.unwrap();
    assert!(matches!(
        reply.json::<Vec<u8>>().await,
        Err(HttpError::Unreadable { .. })
    ));
}

#[tokio::test]
async fn calls_for_the_public_reach_nothing_of_this_machine_or_its_network() {
    let server = Server::start(ok()).await;
    let http = http();
    let call = |url: &str| http.send(Call::get(Url::parse(url).unwrap()));
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        // A name is what it resolves to.
        "https://localhost/",
        &format!("https://localhost:{}/", server.port),
    ] {
        let refused = call(url).await.unwrap_err();
        assert!(
            matches!(refused, HttpError::Private { .. }),
            "{url}: {refused}"
        );
    }
    let refused = call("http://example.com/").await.unwrap_err();
    assert!(matches!(refused, HttpError::Scheme { .. }), "{refused}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn redirects_are_followed_within_an_origin_only_and_never_turn_a_post_into_a_read() {
    let (server, other) = (Server::start(ok()).await, Server::start(ok()).await);
    let to = |status, to: &str| {
        let headers = vec![("location", &*to.to_owned().leak())];
        Does::Answers(status, headers.leak(), String::new())
    };
    server.will([to(302, "/there"), to(308, "/elsewhere")]);
    assert_eq!(
        http().send(get(server.url("/"))).await.unwrap().status(),
        200
    );
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["GET /", "GET /there", "GET /elsewhere"]);

    let refused = Err(HttpError::Redirected {
        origin: here(&server),
    });
    for elsewhere in [
        other.url("/").as_str(),
        "https://localhost/",
        "//169.254.169.254/",
        "file:///etc/passwd",
        "http://:",
    ] {
        server.will([to(302, elsewhere)]);
        let answer = http()
            .send(get(server.url("/")))
            .await
            .map(|reply| reply.status());
        assert_eq!(answer, refused, "{elsewhere}");
    }
    assert!(other.asked().is_empty());

    let post = || {
        Call::new(Method::POST, server.url("/"))
            .reach(Reach::Anywhere)
            .body(b"it".to_vec())
    };
    server.will([to(302, "/x")]);
    assert_eq!(
        http().send(post()).await.map(|reply| reply.status()),
        refused
    );
    server.will([to(307, "/x")]);
    assert_eq!(http().send(post()).await.unwrap().status(), 200);
    let last = server.asked().pop().unwrap();
    assert_eq!(
        (last.line.as_str(), last.body.as_slice()),
        ("POST /x", &b"it"[..])
    );

    // Round and round ends.
    server.always(to(302, "/again"));
    assert_eq!(
        http()
            .send(get(server.url("/")))
            .await
            .map(|reply| reply.status()),
        refused
    );
}

#[tokio::test]
async fn no_error_and_no_debug_text_has_more_than_the_origin() {
    let nobody = Url::parse("http://ana:hush@127.0.0.1:1/hush?hush=hush").unwrap();
    let call = get(nobody).bearer("hush");
    let said = format!("{call:?}");
    let error = http().send(call).await.unwrap_err();
    let said = format!("{said} {error} {error:?}");
    assert!(
        said.contains("http://127.0.0.1:1") && !said.contains("hush"),
        "{said}"
    );
}

#[tokio::test]
async fn a_proxy_gets_what_is_for_others_and_not_what_is_direct() {
    let (proxy, server) = (Server::start(ok()).await, Server::start(status(204)).await);
    let http = |no_proxy: &str| {
        let settings = Settings {
            proxy: Some(proxy.url("/")),
            no_proxy: no_proxy.into(),
            ..Settings::default()
        };
        Http::new(&settings, Arc::new(SystemClock)).unwrap()
    };
    assert_eq!(
        http("").send(get(server.url("/x"))).await.unwrap().status(),
        200
    );
    assert_eq!(proxy.asked()[0].line, format!("GET {}", server.url("/x")));
    assert_eq!(
        http("127.0.0.1")
            .send(get(server.url("/x")))
            .await
            .unwrap()
            .status(),
        204
    );
    // What may not be reached is not reached through a proxy either.
    let call = Call::get(Url::parse("https://localhost/").unwrap());
    assert!(matches!(
        http("").send(call).await,
        Err(HttpError::Private { .. })
    ));
    assert_eq!(proxy.asked().len(), 1);
}

#[test]
fn authorities_are_certificates() {
    let with = |pem: &str| {
        let settings = Settings {
            authorities: Some(pem.into()),
            ..Settings::default()
        };
        Http::new(&settings, Arc::new(SystemClock)).map(|_| ())
    };
    assert_eq!(
        with("nothing").unwrap_err(),
        "there is no certificate in it; write them in PEM"
    );
    assert!(with("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}
