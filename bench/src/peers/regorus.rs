//! `regorus`: the rules as data, one Rego rule that looks for a match, on its interpreter and on its
//! virtual machine.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Rego, Value};
use serde_json::json;

use crate::engine::{Engine, Measure};
use crate::workload::Workload;

pub(super) const INTERPRETER: Engine = Engine {
    name: "regorus 0.14.1, interpreter",
    largest: 1_000,
    run: interpreter,
};

pub(super) const MACHINE: Engine = Engine {
    name: "regorus 0.14.1, virtual machine",
    largest: 1_000,
    run: machine,
};

const QUESTION: &str = "data.authz.allow";

struct Prepared {
    rego: Rego,
    data: Value,
    input: Value,
}

fn prepare(workload: &Workload) -> Prepared {
    let condition = if workload.uses_patterns() {
        "regex.match(rule.v, input.name)"
    } else {
        "rule.v == input.id"
    };
    let policy = format!(
        "package authz\nimport rego.v1\ndefault allow := false\nallow if {{\n  some rule in data.rules\n  \
         rule.kind == input.kind\n  rule.act == input.act\n  {condition}\n}}\n"
    );
    let rules: Vec<_> = workload
        .rules
        .iter()
        .map(|rule| json!({"kind": rule.kind, "act": rule.action, "v": rule.condition.text()}))
        .collect();
    let input = json!({
        "kind": workload.kind, "act": workload.action, "id": workload.id, "name": workload.host,
    });
    let value =
        |json: serde_json::Value| Value::from_json_str(&json.to_string()).expect("it is JSON");
    let data = value(json!({ "rules": rules }));
    let mut rego = Rego::new();
    rego.add_policy("authz.rego".to_owned(), policy)
        .expect("the policy is Rego");
    rego.add_data(data.clone()).expect("the data is a map");
    Prepared {
        rego,
        data,
        input: value(input),
    }
}

fn interpreter(workload: &Workload, measure: &mut Measure<'_>) {
    let Prepared {
        mut rego, input, ..
    } = prepare(workload);
    measure(&mut || {
        rego.set_input(input.clone());
        rego.eval_rule(QUESTION.to_owned())
            .is_ok_and(|answer| answer == Value::Bool(true))
    });
}

fn machine(workload: &Workload, measure: &mut Measure<'_>) {
    let Prepared {
        mut rego,
        data,
        input,
    } = prepare(workload);
    let compiled = rego
        .compile_with_entrypoint(&QUESTION.into())
        .expect("the policy compiles");
    let program =
        Compiler::compile_from_policy(&compiled, &[QUESTION]).expect("the policy compiles");
    let mut vm = RegoVM::new();
    vm.load_program(program);
    vm.set_max_instructions(usize::MAX);
    vm.set_data(data).expect("the data is a map");
    measure(&mut || {
        vm.set_input(input.clone());
        vm.execute().is_ok_and(|answer| answer == Value::Bool(true))
    });
}
