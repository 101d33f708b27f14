//! The certificate of the real binary, and how it stops.

use std::{path::Path, process::Command};

use portcullis_testkit::Authority;

use crate::run::{Place, Serving};

/// Puts a new certificate where the server looks, and says who vouches for it.
fn certify(folder: &Path) -> String {
    let authority = Authority::new().unwrap();
    let made = authority.issue(&["127.0.0.1"]).unwrap();
    std::fs::write(folder.join("fullchain.pem"), made.certificate).unwrap();
    std::fs::write(folder.join("key.pem"), made.key).unwrap();
    authority.pem()
}

/// What a server answers whoever trusts that authority, on a connection of its own.
async fn ask(serving: &Serving, path: &str, trusted: &str) -> Option<u16> {
    let root = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]);
    let asked = client
        .build()
        .unwrap()
        .get(format!("{}{path}", serving.url));
    Some(asked.send().await.ok()?.status().as_u16())
}

/// Asks until that is the answer.
async fn until(serving: &Serving, path: &str, trusted: &str, answer: u16) {
    for _ in 0..1000 {
        if ask(serving, path, trusted).await == Some(answer) {
            return;
        }
    }
    panic!("{path} did not become {answer}");
}

fn signal(serving: &Serving, name: &str) {
    let id = serving.child.id().to_string();
    let sent = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(sent.success());
}

fn place() -> Place {
    let place = Place::new();
    place.run(&["init", "root@example.com"]).ok();
    let file = "listen = \"127.0.0.1:0\"\nlog = \"info\"\n[limits]\ndrain_seconds = 600\n\
                [tls]\ncertificate = \"fullchain.pem\"\nkey = \"key.pem\"\n";
    std::fs::write(place.path().join("portcullis.toml"), file).unwrap();
    place
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_one_that_does_not_fit_is_not() {
    let place = place();
    let first = certify(place.path());
    let serving = Serving::start(&mut place.command(&["serve"]));
    assert!(
        serving.url.starts_with("https://127.0.0.1:"),
        "{}",
        serving.url
    );
    assert_eq!(ask(&serving, "/readyz", &first).await, Some(200));
    // As the tool that renews it leaves it for a moment.
    std::fs::write(place.path().join("key.pem"), "-----BEGIN").unwrap();
    signal(&serving, "-HUP");
    for _ in 0..10 {
        assert_eq!(ask(&serving, "/readyz", &first).await, Some(200));
    }
    let second = certify(place.path());
    signal(&serving, "-HUP");
    until(&serving, "/readyz", &second, 200).await;
    assert_eq!(ask(&serving, "/readyz", &first).await, None);
}

#[tokio::test]
async fn it_says_that_it_is_not_ready_before_it_takes_no_more() {
    let place = place();
    let trusted = certify(place.path());
    let mut serving = Serving::start(&mut place.command(&["serve"]));
    let (_, address) = serving.url.split_once("//").unwrap();
    let health = ["health", "--listen", address, "--json"];
    assert_eq!(place.run(&health).ok().json()["ready"], true);
    signal(&serving, "-TERM");
    until(&serving, "/readyz", &trusted, 503).await;
    assert_eq!(ask(&serving, "/healthz", &trusted).await, Some(200));
    let told = place.run(&health);
    assert_eq!((told.code, told.json()["status"].as_u64()), (3, Some(503)));
    // Once more stops at once.
    signal(&serving, "-TERM");
    assert!(serving.child.wait().unwrap().success());
    let told = place.run(&health);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(
        told.stderr.contains("see that `portcullis serve` runs"),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_served_stops_the_start() {
    let place = place();
    let start = |wanted: &str| {
        let ran = place.run(&["serve"]);
        assert!(ran.code != 0 && ran.stderr.contains(wanted), "{ran:?}");
    };
    start("`fullchain.pem` cannot be read");
    certify(place.path());
    std::fs::copy(
        place.path().join("fullchain.pem"),
        place.path().join("key.pem"),
    )
    .unwrap();
    start("`fullchain.pem` and `key.pem`: there is no private key");
    let looked = place.run(&["doctor"]);
    assert!(
        looked
            .stdout
            .contains("look at: `fullchain.pem` and `key.pem`: "),
        "{looked:?}"
    );
    std::fs::write(
        place.path().join("portcullis.toml"),
        "[tls]\nkey = \"key.pem\"\n",
    )
    .unwrap();
    start("`tls.key` is set and `tls.certificate` is not; set both, or neither");
}
