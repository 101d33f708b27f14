//! What a change does, as a plan.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod planned;

use planned::*;
use portcullis_code::{Cause, Digests, FlagCode, Plan, Refused, Repository, Verdict, plan};

const GROUPS: [(&str, &str); 2] = [
    (
        "config/groups/group-apps/group.yaml",
        "members:\n  - fay@x.com\n",
    ),
    (
        "config/groups/group-apps/prod-testers/group.yaml",
        "members:\n  - gus@x.com\n",
    ),
];

fn seed(permissions: &str) -> Repository {
    let mut files = GROUPS.to_vec();
    files.push(("config/permissions.yaml", permissions));
    repository(&files)
}

const WITHOUT: &str = "query:some-object:\n  - SEEK-Jobs/Group\u{a0}Apps\n  - devOnly: ./groups/group-apps\nADMIN_OFFBOARDING:\n  - Eve@x.com\n";
const WITH: &str = "query:some-object:\n  - SEEK-Jobs/Group\u{a0}Apps\n  - devOnly: ./groups/group-apps\n  - prodOnly: ./groups/group-apps/prod-testers\nADMIN_OFFBOARDING:\n  - Eve@x.com\n";

#[test]
fn the_seed_s_sub_group_gains_in_prod() {
    assert_eq!(
        planned(&seed(WITHOUT), &seed(WITH)).markdown(),
        "<!-- portcullis:plan -->
### Access plan: 1 person gains, 0 people lose

made 2026-11-28T09:00:00Z

- **unresolved**: members who cannot be named hold nothing: `cy`

#### Caused by this change

| person | env | gains | loses | why |
|---|---|---|---|---|
| `gus@x.com` | `prod` | `query:some-object` |  | via `./groups/group-apps/prod-testers` (`config/permissions.yaml:4:15`, only `prod`, added) → `gus@x.com` (`config/groups/group-apps/prod-testers/group.yaml:2:5`) |

<details><summary>Holders of 1 permission in one environment</summary>

| permission | env | before | after | delta |
|---|---|---|---|---|
| `query:some-object` | `prod` | 3 | 4 | +1 |

</details>
"
    );
}

#[test]
fn the_seed_s_team_with_the_mangled_space_loses() {
    let head = "query:some-object:\n  - prodOnly: ./groups/group-apps/prod-testers\nADMIN_OFFBOARDING: []\n";
    let base = "query:some-object:\n  - prodOnly: [SEEK-Jobs/Group\u{a0}Apps, ./groups/group-apps/prod-testers]\nADMIN_OFFBOARDING: []\n";
    assert_eq!(
        planned(&seed(base), &seed(head)).text(),
        "Access plan: 0 people gain, 3 people lose

Caused by this change: 0 people gain, 3 people lose
  `prod` `query:some-object`: 4 → 1 holders
    - `ana@x.com`, `dee@x.com` via `SEEK-Jobs/Group\\u{a0}Apps` (`config/permissions.yaml:2:16`, only `prod`, removed)
    - `ben@x.com` via `SEEK-Jobs/Group\\u{a0}Apps` (`config/permissions.yaml:2:16`, only `prod`, removed) → `seek-jobs/testers` (team below)
"
    );
}

#[test]
fn a_first_publish_gains_all_of_it() {
    let plan = planned(&Repository::default(), &seed(WITH));
    assert_eq!(
        plan.new_permissions,
        ["ADMIN_OFFBOARDING", "query:some-object"]
    );
    let dev: Vec<_> = plan
        .effects
        .iter()
        .filter(|it| it.environment == "dev")
        .collect();
    let gained: Vec<_> = dev
        .iter()
        .map(|it| (it.permission.as_str(), it.before, it.after))
        .collect();
    assert_eq!(
        gained,
        [("ADMIN_OFFBOARDING", 0, 1), ("query:some-object", 0, 5)]
    );
    // Before the first publish every domain is new, and that is no news.
    assert!(codes(&plan).iter().all(|code| *code != FlagCode::NewDomain));
    assert_eq!(plan.verdict(), Verdict::Changes);
}

#[test]
fn a_head_that_does_not_validate_is_refused() {
    let (base, head) = (seed(WITH), seed("A: [./groups/nobody, ./groups/none]\n"));
    let findings = plan(&inputs(&base, &head)).unwrap_err();
    assert_eq!(
        findings
            .iter()
            .filter(|found| found.code == "unknown-group")
            .count(),
        2
    );
    let comment = portcullis_code::markdown_findings(&findings);
    assert!(comment.starts_with(
        "<!-- portcullis:plan -->\n### Access plan: the repository does not validate: 2 errors\n"
    ));
    assert!(
        comment.contains("- `config/permissions.yaml:1:5` "),
        "{comment}"
    );
}

#[test]
fn a_base_that_does_not_validate_is_told_and_compared_as_far_as_it_resolves() {
    let base = repository(&[
        (
            "config/permissions.yaml",
            "A: [a@x.com, ./groups/typo]\nB: [./groups/most]\nC: [c@x.com]\n",
        ),
        (
            "config/groups/most/group.yaml",
            "members: [SEEK-Jobs, {except: ./groups/typo}]\n",
        ),
    ]);
    let head = repository(&[
        (
            "config/permissions.yaml",
            "A: [a@x.com]\nB: [./groups/most]\nC: [c@x.com, d@x.com]\n",
        ),
        ("config/groups/most/group.yaml", "members: [ben@x.com]\n"),
    ]);
    let plan = planned(&base, &head);
    let errors: Vec<_> = plan
        .base
        .errors
        .iter()
        .map(|it| format!("{} {}", it.place, it.code))
        .collect();
    assert_eq!(
        errors,
        [
            "config/groups/most/group.yaml:1:31 unknown-group",
            "config/permissions.yaml:1:14 unknown-group",
        ]
    );
    // Of A there may have been more holders, and of B nobody can say whom the group kept.
    assert_eq!(plan.base.partial, ["A", "B"]);
    assert_eq!(changes(&plan, "prod"), ["B +ben@x.com", "C +d@x.com"]);
    assert!(plan.markdown().contains("The base does not validate (2 errors) and is compared as far as it resolves: who held 2 permissions is not known in full"));
    // A file that cannot be read at all leaves nothing to compare with.
    let base = repository(&[("config/permissions.yaml", "A: [\n")]);
    assert_eq!(planned(&base, &head).base.partial, ["A", "B", "C"]);
    // Nor does a circle come to an end by itself.
    let circle = repository(&[
        ("config/permissions.yaml", "A: [./groups/a]\nC: [c@x.com]\n"),
        (
            "config/groups/a/group.yaml",
            "members: [./groups/b, a@x.com]\n",
        ),
        ("config/groups/b/group.yaml", "members: [./groups/a]\n"),
    ]);
    assert_eq!(planned(&circle, &head).base.partial, ["A"]);
}

#[test]
fn people_are_compared_and_not_spellings() {
    let base = seed("A: [Ana@X.com, SEEK-Jobs/testers]\n");
    let head = seed("A: [ana@x.com, ben@x.com]\n");
    let same = planned(&base, &head);
    assert!(same.is_empty(), "{}", same.text());
    let files = |permissions| {
        repository(&[
            ("config/permissions.yaml", permissions),
            (
                "config/people.yaml",
                "ana@x.com: {aliases: [ana.b@x.com]}\n",
            ),
        ])
    };
    let same = planned(&files("A: [ana.b@x.com]\n"), &files("A: [Ana@x.com]\n"));
    assert!(same.is_empty(), "{}", same.text());
    assert_eq!(same.verdict().exit_code(), 0);
}

#[test]
fn what_the_directory_moved_is_apart_from_the_change() {
    let base = seed("A: [SEEK-Jobs/testers]\n");
    let head = seed("A: [SEEK-Jobs/testers, new@x.com]\n");
    let (before, now) = (
        directory(DIRECTORY),
        directory(&DIRECTORY.replace(r#"["ben","cy"]"#, r#"["ana"]"#)),
    );
    let mut inputs = inputs(&base, &head);
    inputs.before = Some(&before);
    inputs.directory = Some(&now);
    let plan = plan(&inputs).unwrap();
    let prod: Vec<_> = plan
        .effects
        .iter()
        .filter(|it| it.environment == "prod")
        .collect();
    let people = |at: usize| -> (Vec<_>, Vec<_>) {
        (
            prod[at].gaining().map(|it| &**it).collect(),
            prod[at].losing().map(|it| &**it).collect(),
        )
    };
    assert_eq!(prod[0].cause, Cause::Directory);
    assert_eq!(people(0), (vec!["ana@x.com"], vec!["ben@x.com"]));
    assert_eq!(prod[1].cause, Cause::Change);
    assert_eq!(people(1), (vec!["new@x.com"], vec![]));
    let comment = plan.markdown();
    assert!(
        comment.starts_with(
            "<!-- portcullis:plan -->\n### Access plan: 1 person gains, 0 people lose\n"
        )
    );
    assert!(comment.contains("<details><summary>From the directory, not from this change: 1 person gains, 1 person loses</summary>\n\n| person"));
}

#[test]
fn an_end_that_moves_is_told() {
    let base = seed("A: [{to: a@x.com, until: 2027-01-31}]\n");
    let head = seed("A: [a@x.com]\n");
    let plan = planned(&base, &head);
    assert_eq!(plan.verdict(), Verdict::Changes);
    let moved = &plan.effects[0].moves[0];
    assert_eq!((&*moved.person, moved.after), ("a@x.com", None));
    assert_eq!(moved.before, Some("2027-02-01T00:00:00Z".parse().unwrap()));
    assert!(
        plan.markdown()
            .contains("| `a@x.com` | `dev` | `A` | 2027-02-01T00:00:00Z | no end |")
    );
}

fn digests() -> Digests {
    let digest = |digit: &str| portcullis_model::Digest::parse(&digit.repeat(64));
    Digests {
        base: digest("a"),
        head: digest("b"),
        directory: digest("c"),
    }
}

#[test]
fn the_json_reads_back_strictly() {
    let (base, head) = (seed(WITHOUT), seed(WITH));
    let mut inputs = inputs(&base, &head);
    inputs.digests = digests();
    inputs.author = Some("Ben");
    let plan = plan(&inputs).unwrap();
    let json = plan.json();
    assert_eq!(Plan::read(json.as_bytes()).unwrap(), plan);
    let refused = |json: String| Plan::read(json.as_bytes()).unwrap_err().to_string();
    let unknown = json.replacen("\"effects\"", "\"effect\"", 1);
    assert!(refused(unknown).contains("effect"));
    let twice = json.replacen("\"flags\"", "\"schema\": 1, \"flags\"", 1);
    assert!(refused(twice).contains("`schema` is written twice"));
    let deeper = json.replacen("\"via\"", "\"trust_me\": true, \"via\"", 1);
    assert!(refused(deeper).contains("trust_me"));
    let newer = json.replacen("\"schema\": 1", "\"schema\": 2", 1);
    assert_eq!(
        refused(newer),
        "this is no plan: its version is 2, and 1 is read here"
    );
    assert!(Plan::read(b"{}").is_err());
}

#[test]
fn a_plan_is_applied_to_what_it_was_made_of_only() {
    let (base, head) = (
        seed(WITHOUT),
        seed(
            "query:some-object: [SEEK-Jobs/Group Apps, {to: ben@x.com, until: 2026-12-31}]\nADMIN_OFFBOARDING: [eve@x.com]\n",
        ),
    );
    let mut inputs = inputs(&base, &head);
    inputs.digests = digests();
    let plan = plan(&inputs).unwrap();
    assert_eq!(plan.verdict().exit_code(), 10);
    assert_eq!(plan.may_apply(&digests(), now()), Ok(()));
    let other = portcullis_model::Digest::parse(&"d".repeat(64));
    for (there, refused) in [
        (
            Digests {
                base: other,
                ..digests()
            },
            Refused::BaseMoved,
        ),
        (
            Digests {
                base: None,
                ..digests()
            },
            Refused::BaseMoved,
        ),
        (
            Digests {
                head: other,
                ..digests()
            },
            Refused::HeadMoved,
        ),
        (
            Digests {
                directory: other,
                ..digests()
            },
            Refused::DirectoryMoved,
        ),
        (
            Digests {
                directory: None,
                ..digests()
            },
            Refused::DirectoryMoved,
        ),
    ] {
        assert_eq!(plan.may_apply(&there, now()), Err(refused));
    }
    let end = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(plan.may_apply(&digests(), end), Err(Refused::Outdated(end)));
    let mut none = plan.clone();
    none.digests = Digests::default();
    assert_eq!(
        none.may_apply(&Digests::default(), now()),
        Err(Refused::NoDigests)
    );
    let mut blocked = plan;
    let mut flag = blocked.flags[0].clone();
    flag.blocks = true;
    blocked.flags = vec![flag];
    let code = blocked.flags[0].code;
    assert_eq!(
        blocked.may_apply(&digests(), now()),
        Err(Refused::Blocked(vec![code]))
    );
    assert_eq!(blocked.verdict().exit_code(), 1);
}
