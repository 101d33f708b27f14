//! Secrets that are not where they should be.

use super::{load, *};

#[test]
fn a_missing_secret_stops_nothing_that_goes_without_it() {
    let file = r#"
[sinks.smtp]
host = "mail.example.com"
from = "Access <access@example.com>"
user = "portcullis"
password = "env:MAIL"
[[sinks.webhook]]
name = "pager"
url = "env:PAGER"
secrets = ["env:KEY"]
events = ["request.*"]
[[sinks.slack]]
name = "chat"
token = "file:no-token"
[[sinks.teams]]
name = "teams"
url = "env:TEAMS"
[[sign_in.oidc]]
name = "okta"
issuer = "https://example.okta.com"
client_id = "portcullis"
client_secret = "env:OKTA"
[sign_in.proxy]
from = ["10.0.0.1"]
secret = "env:PROXY"
[[token]]
name = "gate"
file = "no-gate"
decisions = true
"#;
    let config = load(file, &[], &Where::default()).unwrap();
    // What is committed is noted for each of them.
    let sinks = config.sinks().unwrap();
    let names: Vec<_> = sinks.iter().map(|sink| sink.name().to_owned()).collect();
    assert_eq!(names, ["smtp", "pager", "chat", "teams"]);
    assert_eq!(config.missing.len(), 8, "{:?}", config.missing);
    let told = config.whole().unwrap_err().to_string();
    for name in [
        "MAIL", "PAGER", "KEY", "no-token", "TEAMS", "OKTA", "PROXY", "no-gate",
    ] {
        assert!(told.contains(name), "{name}: {told}");
    }
}
