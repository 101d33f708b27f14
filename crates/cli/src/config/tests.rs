//! Files, variables and flags, and what is said about those that are wrong.

mod missing;
mod providers;

use super::{secret::Secret, server::SigningSecret, *};

fn load(file: &str, variables: &[(&str, &str)], flags: &Where) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portcullis.toml");
    std::fs::write(&path, file).unwrap();
    let flags = Where {
        config: Some(path),
        ..flags.clone()
    };
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let shown = folder.path().display().to_string();
    let plain = |text: String| text.replace(&format!("{shown}/"), "");
    let mut config = Config::from(&flags, None, &variables).map_err(|it| plain(it.to_string()))?;
    config.missing = config.missing.into_iter().map(plain).collect();
    Ok(config)
}

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn every_layer_overlays_the_one_before_and_is_remembered() {
    let file = "listen = \"127.0.0.1:9000\"\nlog = \"info\"\n[policy]\nrole_prefix = \"R-\"\n";
    let config = load(file, &[("PORTCULLIS_LOG", "debug")], &Where::default()).unwrap();
    assert_eq!(config.server.listen.value.port(), 9000);
    assert!(matches!(config.server.listen.source, Source::File(_, 1)));
    assert_eq!(config.server.log.value.0, "debug");
    assert_eq!(
        config.server.log.source,
        Source::Environment("PORTCULLIS_LOG".into())
    );
    assert_eq!(config.database.place().source, Source::Default);
    assert_eq!(config.policy.without_people().role_prefix, "R-");
    let shown = config.shown();
    assert!(
        shown
            .iter()
            .any(|(key, value, source)| key == "policy.role_prefix"
                && value == "R-"
                && source.to_string().ends_with(":4"))
    );
}

#[test]
fn a_flag_for_one_way_to_name_the_data_beats_a_file_with_the_other() {
    let flags = Where {
        data: Some("/x.sqlite".into()),
        ..Where::default()
    };
    let config = load("database = \"postgres://h/d\"\n", &[], &flags).unwrap();
    assert_eq!(
        config.database.place().value,
        Place::File("/x.sqlite".into())
    );
    assert_eq!(config.database.place().source, Source::Flag("--data"));
}

#[test]
fn data_lies_beside_the_file_that_names_it() {
    let config = load("data = \"p.sqlite\"\n", &[], &Where::default()).unwrap();
    let Place::File(path) = config.database.place().value else {
        panic!()
    };
    assert!(path.is_absolute() && path.ends_with("p.sqlite"));
}

#[test]
fn unknown_names_are_told_with_their_line_and_the_nearest_name() {
    let told = |file| load(file, &[], &Where::default()).unwrap_err();
    assert_eq!(
        told("log = \"info\"\n\ndatabse = \"x\"\n"),
        "portcullis.toml:3: there is no key `databse`; did you mean `database`?"
    );
    assert_eq!(
        told("[policy]\nroleprefix = \"x\"\n"),
        "portcullis.toml:2: there is no key `roleprefix` in [policy]; did you mean `role_prefix`?"
    );
    assert_eq!(
        told("[[tokn]]\n"),
        "portcullis.toml:1: there is no key `tokn`; did you mean `token`?"
    );
    assert!(
        told("[[token]]\nname = \"x\"\nsha255 = \"x\"\ndecisions = true\n").contains(
            "portcullis.toml:3: there is no key `sha255` in [[token]]; did you mean `sha256`?"
        )
    );
    assert!(told("listen = 1\n").contains("portcullis.toml:1: `listen` takes a text in quotes"));
    assert!(told("listen = \n").contains("portcullis.toml:1: "));
    assert!(told("listen = \"nowhere\"\n").contains("`nowhere` is no address"));
    let variables = [
        ("PORTCULLIS_LISTEM", "x"),
        ("PORTCULLIS_TEST_X", ""),
        ("PORTCULLIS_BIN", ""),
    ];
    assert_eq!(
        load("", &variables, &Where::default()).unwrap_err(),
        "the environment has `PORTCULLIS_LISTEM`, which no setting is called; did you mean `PORTCULLIS_LISTEN`?"
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let error = load(
        "a1 = 1\nb2 = 2\n",
        &[("PORTCULLIS_POLICY_REQUIRE_DESCRIPTIONS", "maybe")],
        &Where::default(),
    )
    .unwrap_err();
    assert_eq!(error.lines().count(), 3, "{error}");
}

#[test]
fn tokens_have_a_digest_and_stand_for_one_thing() {
    let file = format!(
        "[[token]]\nname = \"gate\"\nsha256 = \"{DIGEST}\"\ndecisions = true\n\n[[token]]\nname = \"ana\"\nsha256 = \"{DIGEST}\"\nuser = \"ana\"\n"
    );
    let config = load(&file, &[], &Where::default()).unwrap();
    assert_eq!(config.tokens.len(), 2);
    assert_eq!(config.tokens[0].sha256[..2], [0x9f, 0x86]);
    assert!(
        !format!("{:?}", config.shown()).contains("9f86d081"),
        "digests are not shown"
    );
    let told = |file: &str| load(file, &[], &Where::default()).unwrap_err();
    assert!(
        told("[[token]]\nname = \"x\"\nsha256 = \"12\"\ndecisions = true\n")
            .contains("64 hexadecimal digits")
    );
    assert!(told("[[token]]\nname = \"x\"\ndecisions = true\n").contains("`sha256` or `file`"));
    let both = format!(
        "[[token]]\nname = \"x\"\nsha256 = \"{DIGEST}\"\ndecisions = true\nuser = \"ana\"\n"
    );
    assert!(told(&both).contains("one of them"));
}

#[test]
fn passwords_are_not_shown() {
    let shown = |url: &str| Place::Url(url.into()).shown();
    assert_eq!(
        shown("postgres://ana:s3cret@db/p?sslpassword=x"),
        "postgres://ana:…@db/p"
    );
    assert_eq!(shown("postgres://db/p"), "postgres://db/p");
}

#[test]
fn odd_file_names_survive_becoming_an_address() {
    assert_eq!(
        Place::File("/a b/50%?.db".into()).url(),
        "sqlite:/a b/50%25%3F.db"
    );
    assert_eq!(
        Place::Url("sqlite:///x/y.db?mode=rwc".into()).file(),
        Some(Path::new("/x/y.db"))
    );
    assert_eq!(Place::Url("sqlite::memory:".into()).file(), None);
}

#[test]
fn the_secret_is_inline_in_a_file_or_in_a_variable_and_never_shown() {
    let text = "0123456789abcdef0123456789abcdef";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{text}\n")).unwrap();
    let files = [
        format!("secret = \"{text}\"\n"),
        format!("secret = \"file:{}\"\n", path.display()),
        "secret = \"env:SOME_KEY\"\n".to_owned(),
    ];
    let inline = SigningSecret(Secret::from(text));
    for file in files {
        let config = load(&file, &[("SOME_KEY", text)], &Where::default()).unwrap();
        assert_eq!(config.server.secret.value.as_ref(), Some(&inline));
        let said = format!("{config:?} {:?}", config.shown());
        assert!(!said.contains(text) && said.contains("not shown"), "{said}");
    }
    let by_variable = load("", &[("PORTCULLIS_SECRET", text)], &Where::default()).unwrap();
    assert_eq!(by_variable.server.secret.value.as_ref(), Some(&inline));
}

#[test]
fn a_secret_that_is_missing_or_short_is_told_with_its_place_and_not_itself() {
    let told = |file| load(file, &[("SHORT_KEY", "hush")], &Where::default()).unwrap_err();
    let without = |file| load(file, &[], &Where::default()).unwrap();
    let config = without("\nsecret = \"env:NO_KEY\"\n");
    let missing = "portcullis.toml:2: `secret`: the environment has no `NO_KEY`";
    assert!(config.missing[0].starts_with(missing), "{config:?}");
    assert!(config.signing_key().is_none());
    let config = without("secret = \"file:none\"\n");
    let missing = "portcullis.toml:1: `secret`: `none` cannot be read";
    assert!(config.missing[0].starts_with(missing), "{config:?}");
    assert!(config.whole().is_err());
    for file in ["secret = \"env:SHORT_KEY\"\n", "secret = \"hush\"\n"] {
        let short = told(file);
        assert!(
            short.contains("shorter than 32 bytes") && !short.contains("hush"),
            "{short}"
        );
    }
}

#[test]
fn addresses_and_digests_are_secrets_too() {
    let url = "postgres://ana:s3cret@db/p";
    let variables = [("DB", url), ("DIGEST", DIGEST)];
    let file = "database = \"env:DB\"\n[[token]]\nname = \"gate\"\nsha256 = \"env:DIGEST\"\ndecisions = true\n";
    let config = load(file, &variables, &Where::default()).unwrap();
    assert_eq!(config.database.place().value.url(), url);
    assert_eq!(config.tokens[0].sha256[..2], [0x9f, 0x86]);
    let said = format!("{config:?} {:?}", config.shown());
    assert!(
        !said.contains("s3cret") && !said.contains("9f86d081") && !said.contains("159, 134"),
        "{said}"
    );
    let told = load(file, &[variables[1]], &Where::default()).unwrap_err();
    assert!(
        told.contains("portcullis.toml:1: `database`: the environment has no `DB`"),
        "{told}"
    );
    let config = load(file, &[variables[0]], &Where::default()).unwrap();
    let missing = "portcullis.toml:4: `sha256`: the environment has no `DIGEST`";
    assert!(config.missing[0].starts_with(missing), "{config:?}");
}

#[test]
fn the_documentation_lists_every_setting_as_it_is() {
    let default = |row: &section::Row| match row.in_words {
        true => row.value.clone(),
        false => format!("`{}`", row.value),
    };
    let settings = Config::default().rows().into_iter().map(|row| {
        let variable = variable(row.key);
        format!(
            "| `{}` | `{variable}` | {} | {} |\n",
            row.key,
            default(&row),
            row.about
        )
    });
    let lists = lists::LISTS.iter().map(|list| {
        let rows = (list.entry)().rows();
        let rows = rows.iter();
        let rows =
            rows.map(|row| format!("| `{}` | {} | {} |\n", row.key, default(row), row.about));
        format!(
            "| key | default | |\n|---|---|---|\n{}\n",
            rows.collect::<String>()
        )
    });
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/configuration.md"
    );
    let page = std::fs::read_to_string(path).unwrap();
    let settings = format!(
        "| key | environment | default | |\n|---|---|---|---|\n{}\n",
        settings.collect::<String>()
    );
    for table in std::iter::once(settings).chain(lists) {
        assert!(
            page.contains(&table),
            "the page should have this table:\n{table}"
        );
    }
}

#[test]
fn lengths_are_read_as_they_are_written_and_called_as_people_say_it() {
    let file = "[portal]\nlengths = [\"12h\", \"1d\", \"30d\", \"26w = Half a year\"]\ndefault_length = \"1d\"\nno_end = false\nrequest_age = \"7d\"\n";
    let config = load(file, &[], &Where::default()).unwrap();
    let lengths = config.portal.to_lengths();
    let offered: Vec<_> = lengths
        .offered
        .iter()
        .map(|it| (it.seconds, &*it.label))
        .collect();
    let wanted = [
        (43_200, "12 hours"),
        (86_400, "1 day"),
        (2_592_000, "30 days"),
        (15_724_800, "Half a year"),
    ];
    assert_eq!(offered, wanted);
    assert_eq!(
        (lengths.usual, lengths.any_day, lengths.no_end),
        (86_400, true, false)
    );
    assert_eq!(config.portal.request_age(), Some(604_800));
    let environment = [
        ("PORTCULLIS_PORTAL_LENGTHS", "2h = A shift, 2w"),
        ("PORTCULLIS_PORTAL_CUSTOM_LENGTH", "false"),
    ];
    let config = load("", &environment, &Where::default()).unwrap();
    assert_eq!(config.portal.to_lengths().offered[0].label, "A shift");
    assert!(!config.portal.to_lengths().any_day);
    let shown = config.shown();
    let value = shown
        .iter()
        .find(|(key, ..)| key == "portal.lengths")
        .map(|(_, value, _)| value);
    assert_eq!(value.unwrap(), "2h = A shift, 2w");
}

#[test]
fn one_of_a_pair_alone_is_an_error_and_so_is_what_does_not_go_together() {
    for (file, said) in [
        (
            "name_pattern = \"[A-Z].*\"",
            "portcullis.toml:2: `portal.name_pattern` is set and `portal.name_error` is not",
        ),
        (
            "name_error = \"no\"",
            "portcullis.toml:2: `portal.name_error` is set and `portal.name_pattern` is not",
        ),
        (
            "name_pattern = \"(\"\nname_error = \"no\"",
            "portcullis.toml:2: `portal.name_pattern`: ",
        ),
        (
            "lengths = [\"1d\"]",
            "portcullis.toml:2: `portal.default_length` is 2w, which `portal.lengths` does not offer",
        ),
        (
            "default_length = \"3d\"",
            "portcullis.toml:2: `portal.default_length` is 3d",
        ),
        ("lengths = []", "no length is offered"),
        ("lengths = [\"2w\", \"14d\"]", "`14d` stands there twice"),
        (
            "lengths = [\"2 fortnights\"]",
            "`2 fortnights` is no length of time",
        ),
        ("lengths = [\"0d\"]", "`0d` is no length of time"),
        ("request_age = \"-7d\"", "`-7d` is no length of time"),
        ("request_age = 7", "takes a length of time"),
    ] {
        let error = load(&format!("[portal]\n{file}\n"), &[], &Where::default()).unwrap_err();
        assert!(error.contains(said), "{file}: {error}");
    }
    let both = "[portal]\nname_pattern = \"[A-Z].*\"\nname_error = \"no\"\n";
    let form = load(both, &[], &Where::default())
        .unwrap()
        .portal
        .name_form();
    assert_eq!(form.unwrap().check("payroll"), Err("no"));
}

const HOOK: &str = "[[sinks.webhook]]\nname = \"siem\"\nurl = \"https://siem.example.com/hush\"\nsecrets = [\"env:HOOK\", \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\nevents = [\"request.*\"]\n";
const SECRETS: [(&str, &str); 1] = [("HOOK", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")];

#[test]
fn sinks_are_several_by_name_and_nothing_secret_of_them_is_shown() {
    let chat = "[[sinks.slack]]\nname = \"people\"\ntoken = \"xoxb-hush\"\n[[sinks.slack]]\nname = \"channel\"\nurl = \"https://hooks.slack.com/services/hush\"\n[[sinks.discord]]\nname = \"discord\"\nurl = \"https://discord.com/api/webhooks/hush\"\n[[sinks.teams]]\nname = \"teams\"\nurl = \"https://teams.example.com/hush\"\n";
    let mail = "[sinks.smtp]\nhost = \"mail.example.com\"\nuser = \"p\"\npassword = \"hush\"\nfrom = \"Portcullis <access@example.com>\"\n";
    let config = load(&format!("{HOOK}{chat}{mail}"), &SECRETS, &Where::default()).unwrap();
    let names: Vec<_> = config
        .sinks()
        .unwrap()
        .iter()
        .map(|sink| sink.name().to_owned())
        .collect();
    assert_eq!(
        names,
        ["smtp", "siem", "people", "channel", "discord", "teams"]
    );
    let said = format!("{config:?} {:?}", config.shown());
    assert!(
        !said.contains("hush") && !said.contains("MfKQ9r8G") && !said.contains("C2FVsBQI"),
        "{said}"
    );
    assert!(
        said.contains("https://siem.example.com (path and secrets not shown), events: request.*"),
        "{said}"
    );
    // None is turned on by itself.
    assert!(Config::default().sinks().unwrap().is_empty());
}

#[test]
fn what_is_wrong_with_a_sink_is_told_with_its_line_and_nothing_of_its_secrets() {
    let told = |from: &str, to: &str| {
        assert!(HOOK.contains(from));
        load(&HOOK.replace(from, to), &SECRETS, &Where::default()).unwrap_err()
    };
    for (from, to, said) in [
        (
            "url =",
            "urls =",
            "portcullis.toml:3: there is no key `urls` in [[sinks.webhook]]; did you mean `url`?",
        ),
        (
            "[[sinks.webhook]]",
            "[[sinks.webhok]]",
            "portcullis.toml:1: there is no key `webhok` in [sinks]; did you mean `webhook`?",
        ),
        (
            "[[sinks.webhook]]",
            "[sinks.webhook]",
            "`sinks.webhook` is a list of tables; write [[sinks.webhook]]",
        ),
        (
            "request.*",
            "request.create",
            "portcullis.toml:1: `events` names `request.create`, and there is no such event; did you mean `request.created`?",
        ),
        ("https://siem", "http://siem", "goes over http"),
        ("https://siem", "siem", "`url` is no URL"),
        ("\"siem\"", "\"log\"", "`log` cannot name a sink"),
        ("\"siem\"", "\"The SIEM\"", "`The SIEM` cannot name a sink"),
        ("env:HOOK", "whsec_aHVzaA==", "24 to 64 random bytes"),
        (
            "secrets = [\"env:HOOK\", \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\n",
            "",
            "has no `secrets`",
        ),
        ("name = \"siem\"\n", "", "has no `name`"),
    ] {
        let error = told(from, to);
        assert!(
            error.contains(said) && !error.contains("hush") && !error.contains("aHVzaA"),
            "{to}: {error}"
        );
    }
    let twice = load(&format!("{HOOK}{HOOK}"), &SECRETS, &Where::default()).unwrap_err();
    assert!(
        twice.contains("portcullis.toml:6: another sink is called `siem`"),
        "{twice}"
    );
    let inside = HOOK.replace("https://siem", "http://siem") + "allow_private = true\n";
    assert!(load(&inside, &SECRETS, &Where::default()).is_ok());
    for (file, said) in [
        ("[[sinks.slack]]\nname = \"s\"\n", "needs `url` or `token`"),
        (
            "[[sinks.slack]]\nname = \"s\"\nurl = \"https://x.example\"\nchannel = \"#a\"\n",
            "a channel of its own",
        ),
        (
            "[sinks.smtp]\nhost = \"mail\"\n",
            "`sinks.smtp.from` is not",
        ),
        (
            "[sinks.smtp]\nhost = \"mail\"\nfrom = \"nobody\"\n",
            "portcullis.toml:3: `sinks.smtp.from`: `nobody` is no e-mail address",
        ),
        (
            "[sinks.smtp]\nhost = \"mail\"\nfrom = \"a@b.c\"\nuser = \"x\"\n",
            "go together",
        ),
        ("[sinks.smtp]\nport = 0\n", "`0` is no port"),
        (
            "[sinks.smtp]\nsecurity = \"ssl\"\n",
            "`ssl` protects nothing",
        ),
        (
            "[http]\nproxy = \"hush\"\n",
            "`http.proxy` is no URL of a proxy",
        ),
        (
            "[notices]\nbundle_after = \"soon\"\n",
            "`soon` is no length of time",
        ),
    ] {
        let error = load(file, &[], &Where::default()).unwrap_err();
        assert!(
            error.contains(said) && !error.contains("hush"),
            "{file}: {error}"
        );
    }
    // Mail in the clear to another machine is found when the sink is made.
    let clear = "[sinks.smtp]\nhost = \"mail\"\nsecurity = \"none\"\nfrom = \"a@b.c\"\n";
    let config = load(clear, &[], &Where::default()).unwrap();
    assert!(
        config
            .sinks()
            .err()
            .unwrap()
            .to_string()
            .contains("in the clear")
    );
}
