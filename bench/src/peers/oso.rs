//! `oso`: one `allow` a rule. It has no regular expressions.

use oso::{Oso, PolarClass};

use crate::engine::{Engine, Measure};
use crate::workload::{Condition, Workload};

/// At 1,000 rules one check takes 60 ms already.
pub(super) const ENGINE: Engine = Engine {
    name: "oso 0.27.3",
    largest: 1_000,
    run,
};

#[derive(Clone)]
struct Doc {
    kind: String,
    id: String,
}

impl PolarClass for Doc {}

fn run(workload: &Workload, measure: &mut Measure<'_>) {
    let mut policy = String::new();
    for rule in &workload.rules {
        let Condition::Id(id) = &rule.condition else {
            return;
        };
        policy += &format!(
            "allow(_user, \"{}\", doc: Doc) if doc.kind = \"{}\" and doc.id = \"{id}\";\n",
            rule.action, rule.kind,
        );
    }
    let class = Doc::get_polar_class_builder()
        .name("Doc")
        .add_attribute_getter("kind", |doc: &Doc| doc.kind.clone())
        .add_attribute_getter("id", |doc: &Doc| doc.id.clone())
        .build();
    let mut oso = Oso::new();
    oso.register_class(class).expect("the name is free");
    oso.load_str(&policy).expect("the policy is Polar");
    let doc = Doc {
        kind: workload.kind.clone(),
        id: workload.id.clone(),
    };
    measure(&mut || {
        oso.is_allowed("user", workload.action.as_str(), doc.clone())
            .expect("the question is well formed")
    });
}
