//! `gatehouse`: one closure a rule, expressions compiled beforehand, polled without a runtime.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use gatehouse::{EvaluationSession, PermissionChecker, PolicyBuilder, PolicyDomain};

use crate::engine::{Engine, Measure};
use crate::workload::{Condition, Workload};

pub(super) const ENGINE: Engine = Engine {
    name: "gatehouse 0.6.0",
    largest: 10_000,
    run,
};

struct Doc {
    kind: String,
    id: String,
    name: String,
}

struct Domain;

impl PolicyDomain for Domain {
    type Subject = ();
    type Action = String;
    type Resource = Doc;
    type Context = ();
}

enum Test {
    Id(String),
    Name(regex::Regex),
}

fn run(workload: &Workload, measure: &mut Measure<'_>) {
    let mut checker = PermissionChecker::<Domain>::new();
    for (i, rule) in workload.rules.iter().enumerate() {
        let (kind, asked) = (rule.kind.clone(), rule.action.clone());
        let test = match &rule.condition {
            Condition::Id(id) => Test::Id(id.clone()),
            name => Test::Name(regex::Regex::new(name.text()).expect("it is an expression")),
        };
        let matches = move |(): &(), action: &String, doc: &Doc, (): &()| {
            doc.kind == kind
                && *action == asked
                && match &test {
                    Test::Id(id) => *id == doc.id,
                    Test::Name(name) => name.is_match(&doc.name),
                }
        };
        checker.add_policy(
            PolicyBuilder::<Domain>::new(format!("rule {i}"))
                .when(matches)
                .build(),
        );
    }
    let doc = Doc {
        kind: workload.kind.clone(),
        id: workload.id.clone(),
        name: workload.host.clone(),
    };
    measure(&mut || {
        let session = EvaluationSession::empty();
        finish(
            checker
                .bind(&session, &(), &workload.action, &())
                .check(&doc),
        )
        .is_granted()
    });
}

/// Polls a future that never waits for anything.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return value;
        }
    }
}
