//! A source outside that is read now and then: sometimes whole, sometimes in part, sometimes silent.

use anyhow::{Result, ensure};
use portcullis_app::{
    App,
    sync::{
        Desired, DesiredGroup, DesiredKind, DesiredMembership, FactKind, Groups, Kept, Said, Scope,
        Source, SyncSource, UserKey, Wording,
    },
};
use portcullis_model::{
    Actor, Change, ConnectorId, Context, Edit, Fact, FieldError, Group, Membership, MembershipKind,
    Name, OperationName, Reason, World,
};
use portcullis_sandbox::Rng;
use portcullis_store::{CommitError, Committed};

use crate::plan::Break;

/// What the source answered.
#[derive(Clone)]
struct Answer(Desired);

impl Source for Answer {
    const OPERATION: OperationName = OperationName::ImportOrg;

    fn read(&self, _: &Context) -> (Desired, Vec<FieldError>) {
        (self.0.clone(), Vec::new())
    }
}

const SOURCE: ConnectorId = ConnectorId::IMPORT;
const GROUPS: [&str; 6] = ["Site A", "Site B", "Site C", "Site D", "Site E", "Site F"];

/// Reads it and checks what came of it.
pub(crate) async fn read(
    app: &App,
    rng: &mut Rng,
    broken: Option<Break>,
) -> Result<std::result::Result<Committed, CommitError>> {
    let world = app.world();
    let desired = answer(&world, rng);
    let (scope, silent) = (desired.scope.clone(), desired.memberships.is_empty());
    let context = app.context(Actor::Connector(SOURCE));
    let mine = |m: &&Membership| {
        m.granted_by == context.actor
            && !m.validity.until.is_past(context.now)
            && covers(&world, &scope, *m)
    };
    let holds = world.memberships().any(|m| mine(&m));
    let mut operation = SyncSource::new(Answer(desired.clone()));
    if broken == Some(Break::Fuse) {
        operation = operation.allowing(usize::MAX);
    }
    let tried = app.commit(context.clone(), operation.clone(), None).await;
    match &tried {
        Err(CommitError::Refused(refusal)) => {
            let known = refusal.code() == "too_many_removals";
            ensure!(
                known,
                "the source was refused for another reason: {refusal}"
            );
        }
        Err(_) => {}
        Ok(committed) => {
            ensure!(!(silent && holds), "a silent source ended what it held");
            for change in &committed.change.changes {
                let Change::Membership(edit) = change else {
                    continue;
                };
                touches_its_own(&world, &scope, &context, edit)?;
            }
            let again = operation.compare(&app.world(), &context)?;
            ensure!(again.edits.is_empty(), "the source says something twice");
        }
    }
    Ok(tried)
}

/// Who is in some groups; what is left out is either not known or over.
fn answer(world: &World, rng: &mut Rng) -> Desired {
    let users: Vec<_> = world.users().map(|user| user.login.to_string()).collect();
    let known: Vec<_> = GROUPS.iter().filter(|_| rng.chance(60)).copied().collect();
    let mut desired = Desired {
        scope: Scope {
            kinds: [FactKind::Membership].into(),
            groups: match rng.below(3) {
                0 => Groups::All,
                _ => Groups::Only(known.iter().map(|name| (*name).to_owned()).collect()),
            },
            ..Scope::default()
        },
        ..Desired::default()
    };
    let name = |text: &str| Name::parse(text).ok();
    desired.groups = known
        .iter()
        .filter_map(|known| {
            Some(DesiredGroup {
                at: String::new(),
                name: name(known)?,
                description: Wording::AtFirst(Default::default()),
                kind: DesiredKind::Group,
                kept: Kept::Here,
                listed: true,
            })
        })
        .collect();
    if rng.chance(15) {
        return desired;
    }
    for group in known {
        // Mostly the same people as before, so that the source often agrees with itself.
        let before = world.find_group(group).into_iter();
        let before = before.flat_map(|group| world.direct_of_group(group.id));
        let before = before.filter(|m| m.granted_by == Actor::Connector(SOURCE));
        let mut there: Vec<_> = before
            .filter_map(|m| Some(world.user(m.user)?.login.to_string()))
            .collect();
        there.sort_unstable();
        there.retain(|_| rng.chance(85));
        there.extend((0..rng.below(4)).filter_map(|_| rng.pick(&users).cloned()));
        let members = there.into_iter().map(|login| DesiredMembership {
            // Tags may ask for a reason, of sources too.
            said: Said {
                reason: Reason::parse("as the source says").unwrap_or_default(),
                ..Said::default()
            },
            user: UserKey::Login(login.into()),
            group: group.into(),
            kind: MembershipKind::Member,
        });
        desired.memberships.extend(members);
    }
    desired
}

fn covers(world: &World, scope: &Scope, fact: &impl Fact) -> bool {
    let name = world
        .group(fact.group())
        .map(|group: &Group| group.name.to_string());
    match &scope.groups {
        Groups::All => true,
        Groups::Only(names) => name.is_some_and(|name| names.contains(&name)),
    }
}

fn touches_its_own(
    world: &World,
    scope: &Scope,
    context: &Context,
    edit: &Edit<Membership>,
) -> Result<()> {
    let Some(before) = edit.before.as_deref() else {
        return Ok(());
    };
    let lapsed = before.validity.until.is_past(context.now);
    ensure!(
        before.granted_by == context.actor || lapsed,
        "the source touched what {:?} granted",
        before.granted_by
    );
    ensure!(
        edit.after.is_some() || covers(world, scope, before),
        "the source ended what it does not know"
    );
    Ok(())
}
