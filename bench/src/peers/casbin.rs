//! `casbin`: one policy line a rule, the first matching line decides.

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::engine::{Engine, Measure};
use crate::workload::Workload;

pub(super) const ENGINE: Engine = Engine {
    name: "casbin 2.20.0",
    largest: 1_000,
    run,
};

fn run(workload: &Workload, measure: &mut Measure<'_>) {
    let condition = if workload.uses_patterns() {
        "regexMatch(r.name, p.v)"
    } else {
        "r.id == p.v"
    };
    let model = format!(
        "[request_definition]\nr = kind, act, id, name\n\
         [policy_definition]\np = kind, act, v, eft\n\
         [policy_effect]\ne = priority(p.eft) || deny\n\
         [matchers]\nm = r.kind == p.kind && r.act == p.act && {condition}\n"
    );
    let lines = workload.rules.iter().map(|rule| {
        vec![
            rule.kind.clone(),
            rule.action.clone(),
            rule.condition.text().to_owned(),
            "allow".to_owned(),
        ]
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without threads");
    let enforcer = runtime.block_on(async {
        let model = DefaultModel::from_str(&model)
            .await
            .expect("the model is well formed");
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default())
            .await
            .expect("it loads");
        enforcer.enable_auto_save(false);
        enforcer
            .add_policies(lines.collect())
            .await
            .expect("the lines are new");
        enforcer
    });
    let request = || {
        (
            workload.kind.as_str(),
            workload.action.as_str(),
            workload.id.as_str(),
            workload.host.as_str(),
        )
    };
    measure(&mut || {
        enforcer
            .enforce(request())
            .expect("the request fits the model")
    });
}
