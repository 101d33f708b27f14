//! Batches of which something is wrong.

use reqwest::StatusCode;

use super::{Pdp, policy};

#[tokio::test]
async fn a_default_that_is_wrong_is_the_fault_of_nobody_who_does_without() {
    let pdp = Pdp::start(&policy("certification")).await;
    let whole = serde_json::json!({
        "action": { "name": "read" }, "resource": { "type": "record", "id": "record-1" },
    });
    let without = serde_json::json!({ "action": { "name": "read" } });
    let batch = serde_json::json!({
        "subject": { "type": "user", "id": "bob" }, "resource": { "type": "record" },
        "evaluations": [whole, without, whole, ["user"], whole],
    });
    let answer = pdp.post("/access/v1/evaluations", &batch).await;
    let all = answer["evaluations"].as_array().unwrap();
    let decisions: Vec<_> = all
        .iter()
        .map(|item| item["decision"].as_bool().unwrap())
        .collect();
    assert_eq!(decisions, [true, false, true, false, true], "{answer}");
    let why = all[1]["context"]["error"]["message"].as_str().unwrap();
    assert!(why.contains("`resource`") && why.contains("`id`"), "{why}");
    // Without items it is the one question, and that is not whole.
    let alone = serde_json::json!({
        "subject": { "type": "user", "id": "bob" }, "action": { "name": "read" },
        "resource": { "type": "record" },
    });
    let request = pdp.request("POST", "/access/v1/evaluations").json(&alone);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
}
