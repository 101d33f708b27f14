//! `cedar-policy`: one `permit` a rule; `like` where a rule has an expression, which Cedar has not.
//! Entities and the request are built beforehand.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::engine::{Engine, Measure};
use crate::workload::{Condition, Workload};

pub(super) const ENGINE: Engine = Engine {
    name: "cedar-policy 4.14.1",
    largest: 10_000,
    run,
};

fn run(workload: &Workload, measure: &mut Measure<'_>) {
    let mut policies = String::new();
    for rule in &workload.rules {
        let condition = match &rule.condition {
            Condition::Id(id) => format!("resource.id == \"{id}\""),
            Condition::Name(expression) => match &expression.glob {
                Some(glob) => format!("resource.name like \"{glob}\""),
                None => return,
            },
        };
        policies += &format!(
            "permit(principal, action == Action::\"{}\", resource is {}) when {{ {condition} }};\n",
            rule.action,
            rule.kind.to_uppercase(),
        );
    }
    let policies: PolicySet = policies.parse().expect("the policies are Cedar");
    let uid = |text: String| -> EntityUid { text.parse().expect("it is a name") };
    let resource = uid(format!("{}::\"x\"", workload.kind.to_uppercase()));
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    let attributes = HashMap::from([
        ("id".to_owned(), text(&workload.id)),
        ("name".to_owned(), text(&workload.host)),
    ]);
    let entity =
        Entity::new(resource.clone(), attributes, HashSet::new()).expect("plain attributes");
    let entities = Entities::from_entities([entity], None).expect("one entity");
    let action = uid(format!("Action::\"{}\"", workload.action));
    let principal = uid("User::\"u\"".to_owned());
    let request =
        Request::new(principal, action, resource, Context::empty(), None).expect("no schema");
    let authorizer = Authorizer::new();
    measure(&mut || {
        authorizer
            .is_authorized(&request, &policies, &entities)
            .decision()
            == Decision::Allow
    });
}
