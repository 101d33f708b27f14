//! What stands in `deploy/`: that it names what there is. No container is run here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::run::{Place, finish};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = root().join("deploy").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The program must know every variable, whatever becomes of their values.
fn are_settings(variables: &BTreeMap<String, String>) {
    let place = Place::new();
    let ours = variables.iter();
    let ours =
        ours.filter(|(name, _)| name.starts_with("PORTCULLIS_") && *name != "PORTCULLIS_CONFIG");
    assert!(ours.clone().count() > 0, "{variables:?}");
    let ran = finish(place.command(&["doctor"]).envs(ours));
    assert_eq!(ran.code, 3, "only that there is no database: {ran:?}");
}

/// A command as it is listed.
fn words(list: &Value) -> Vec<&str> {
    let words = list.as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn the_image_is_built_from_what_there_is_and_runs_what_there_is() {
    let text = read("Dockerfile").replace("\\\n", " ");
    let lines: Vec<&str> = text.lines().collect();
    let after = |start: &str| {
        let line = lines.iter().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_else(|| panic!("no line {start}")).trim()
    };
    let build = after("RUN --mount=type=cache,target=/usr/local/cargo/registry");
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let cli = std::fs::read_to_string(root().join("crates/cli/Cargo.toml")).unwrap();
    assert!(build.contains("cargo build --locked --profile dist -p portcullis-cli"));
    assert!(manifest.contains("[profile.dist]") && cli.contains("name = \"portcullis-cli\""));
    assert!(build.contains("target/dist/portcullis") && cli.contains("name = \"portcullis\""));
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.unwrap().trim_matches('"');
    assert!(
        after("FROM docker.io/library/rust:").starts_with(version),
        "{version}"
    );
    // Everything that cargo reads gets there, and what does not is not copied.
    let ignored = read("Dockerfile.dockerignore");
    let kept: Vec<&str> = ignored
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .collect();
    let (_, members) = manifest.split_once("members = [").unwrap();
    let members = members.split(']').next().unwrap().split(',');
    for member in members.map(|member| member.trim().trim_matches('"')) {
        let folder = member.split('/').next().unwrap();
        assert!(
            kept.contains(&folder),
            "{member} is a member of the workspace"
        );
    }
    for path in kept {
        assert!(root().join(path).exists(), "{path}");
    }
    let variables = after("ENV ").split_once('=').unwrap();
    are_settings(&[(variables.0.to_owned(), variables.1.to_owned())].into());
    let (_, check) = after("HEALTHCHECK ").split_once("CMD ").unwrap();
    for command in [check, after("CMD ")] {
        let command: Value = serde_json::from_str(command).unwrap();
        let mut command = words(&command);
        command.retain(|word| *word != "portcullis");
        Place::new().run(&[&command[..], &["--help"]].concat()).ok();
    }
}

#[test]
fn compose_sets_settings_that_there_are() {
    let compose = yaml("compose.yaml");
    let service = &compose["services"]["portcullis"];
    let build = &service["build"];
    assert_eq!(
        (&build["context"], &build["dockerfile"]),
        (&"..".into(), &"deploy/Dockerfile".into())
    );
    let variables = service["environment"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            let value = value.as_str().expect("a text, as a variable is");
            let value = value.replace("${POSTGRES_PASSWORD:?is set in deploy/.env}", "secret");
            let value = value.replace("@database/", "@127.0.0.1:1/");
            (
                name.clone(),
                value.replace("${PUBLIC_URL:?is set in deploy/.env}", "https://a.example"),
            )
        });
    are_settings(&variables.collect());
    for name in service["depends_on"].as_object().unwrap().keys() {
        assert!(
            compose["services"][name]["healthcheck"].is_object(),
            "{name}"
        );
    }
}

#[test]
fn manifests_fit_one_another_and_the_program() {
    let listed = yaml("kubernetes/kustomization.yaml");
    let files = words(&listed["resources"]);
    let all: Vec<Value> = files
        .iter()
        .map(|file| yaml(&format!("kubernetes/{file}")))
        .collect();
    let folder = std::fs::read_dir(root().join("deploy/kubernetes")).unwrap();
    assert_eq!(folder.count(), files.len() + 2, "every file is listed");
    let kind = |kind: &str| all.iter().find(|one| one["kind"] == kind).unwrap();
    let deployment = &kind("Deployment")["spec"];
    let (labels, pod) = (
        &deployment["template"]["metadata"]["labels"],
        &deployment["template"]["spec"],
    );
    assert!(deployment["replicas"].as_u64().unwrap() > 1);
    for selector in [
        &deployment["selector"]["matchLabels"],
        &kind("Service")["spec"]["selector"],
        &kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        &kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ] {
        assert_eq!(selector, labels);
    }
    // `PORTCULLIS_PORT`, of a service called so, is no setting and would stop the start.
    assert_eq!(pod["enableServiceLinks"], false);
    let container = &pod["containers"][0];
    assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/readyz");
    assert_eq!(
        container["ports"][0]["name"],
        kind("Service")["spec"]["ports"][0]["targetPort"]
    );
    let variables = container["env"].as_array().unwrap().iter();
    let variables = variables.map(|variable| {
        let value = variable["value"]
            .as_str()
            .unwrap_or("postgres://a@127.0.0.1:1/b");
        (
            variable["name"].as_str().unwrap().to_owned(),
            value.to_owned(),
        )
    });
    are_settings(&variables.collect());
    let place = Place::new();
    std::fs::write(
        place.path().join("portcullis.toml"),
        read("kubernetes/portcullis.toml"),
    )
    .unwrap();
    let ran = place.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 3, "only that there is no data: {ran:?}");
    let drain = ran.json()["configuration"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|setting| {
            let is_drain = setting["key"] == "limits.drain_seconds";
            is_drain.then(|| setting["value"].as_str()?.parse::<u64>().ok())
        });
    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(
        grace > drain.flatten().unwrap() + 5,
        "what is under way needs its time"
    );
}

#[test]
fn the_unit_is_one_and_hardens_what_it_runs() {
    let unit = read("portcullis.service");
    let started = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let (program, args) = started.split_once(' ').unwrap();
    Place::new()
        .run(&[args.split(' ').next().unwrap(), "--help"])
        .ok();
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let place = Place::new();
    let path = place.path().join("portcullis.service");
    let here = unit.replace(program, env!("CARGO_BIN_EXE_portcullis"));
    std::fs::write(&path, here).unwrap();
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&path)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&verified.stderr).into_owned();
    let about_it: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("portcullis"))
        .collect();
    assert!(
        verified.status.success() && about_it.is_empty(),
        "{version}: {told}"
    );
}
