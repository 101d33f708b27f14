//! Identity providers that would start without a word and not be what was meant.

use super::{load, *};

fn told(more: &str) -> String {
    let file = format!(
        "[[sign_in.oidc]]\nname = \"okta\"\nissuer = \"https://example.okta.com\"\nclient_id = \"portcullis\"\n{more}"
    );
    load(&file, &[], &Where::default()).unwrap_err()
}

#[test]
fn what_is_not_meant_is_told_with_its_place() {
    let second = "[[sign_in.oidc]]\nname = \"again\"\nissuer = \"https://example.okta.com\"\nclient_id = \"other\"\n";
    let table = [
        ("client_secret = \"\"\n", "`client_secret` is empty"),
        (
            "audiences = [\"portcullis\"]\n",
            "`audiences` names the `client_id`",
        ),
        (second, "another identity provider has the issuer"),
        (
            "[sign_in.step_up]\nacts = [\"tokens\", \"everything\"]\n",
            "names `everything`, and there is no such act",
        ),
    ];
    for (more, wanted) in table {
        let said = told(more);
        assert!(
            said.contains(wanted) && said.contains("portcullis.toml:"),
            "{said}"
        );
    }
    let long = "[[sign_in.oidc]]\nname = \"a-name-of-17-bytes\"\nissuer = \"https://x.example\"\nclient_id = \"p\"\ngroups = true\n";
    let said = load(long, &[], &Where::default()).unwrap_err();
    assert!(said.contains("15 letters at most"), "{said}");
}

#[test]
fn step_up_is_read_as_it_is_written() {
    let file =
        "[sign_in.step_up]\nacts = [\"decide\"]\nmax_age_minutes = 5\nacr_values = [\"mfa\"]\n";
    let ways = load(file, &[], &Where::default())
        .unwrap()
        .ways(Vec::new())
        .unwrap();
    assert_eq!(ways.step_up.acts.len(), 1);
    assert_eq!(
        (ways.step_up.max_age, &*ways.step_up.acr_values),
        (300, &["mfa".to_owned()][..])
    );
}

#[test]
fn the_public_address_is_a_host_and_nothing_more() {
    let loaded = |url: &str| load(&format!("public_url = \"{url}\"\n"), &[], &Where::default());
    for right in [
        "https://a.example.com",
        "https://a.example.com/",
        "https://a.example.com:8443",
    ] {
        assert!(loaded(right).is_ok(), "{right}: {:?}", loaded(right).err());
    }
    for wrong in [
        "http://a.example.com",
        "https://a.example.com/ ",
        " https://a.example.com",
        "https://a.example.com/sub",
        "https://a.example.com?x",
        "https://a.example.com#x",
        "https://me@a.example.com",
        "https://A.example.com:443/",
        "https://",
        "a.example.com",
    ] {
        let told = loaded(wrong).unwrap_err();
        assert!(
            told.contains("`public_url`") && told.contains("of a host and nothing more"),
            "{wrong}: {told}"
        );
    }
}
