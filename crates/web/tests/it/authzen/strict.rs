//! What two readers could take differently is taken by none.

use super::*;

#[tokio::test]
async fn what_two_readers_could_understand_differently_is_refused() {
    let pdp = Pdp::start(&policy("certification")).await;
    let alice = r#""subject":{"type":"user","id":"alice"}"#;
    let read = r#""action":{"name":"read"}"#;
    let record = r#""resource":{"type":"record","id":"record-1"}"#;
    for body in [
        format!(r#"{{{alice},{alice},{read},{record}}}"#),
        format!(r#"{{{alice},{read},{record},"context":{{"net":"home","net":"office"}}}}"#),
        format!(r#"{{{alice},{read},{record},"context":{{"a":[{{"b":1,"b":2}}]}}}}"#),
        format!(r#"{{{alice},{read},{record},"context":[]}}"#),
        // A list where an object should be, as the evaluation and as its subject.
        r#"[{"type":"user","id":"alice"},{"name":"read"},{"type":"record","id":"record-1"},null]"#
            .into(),
        format!(r#"{{"subject":["user","alice"],{read},{record}}}"#),
        format!(
            r#"{{{alice},{read},"resource":{{"type":"record","id":"record-1","properties":{{"n":1E400}}}}}}"#
        ),
    ] {
        let request = pdp
            .request("POST", "/access/v1/evaluation")
            .header("content-type", "application/json")
            .body(body.clone());
        let status = request.send().await.unwrap().status();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    } // In a batch it spoils its own answer only.
    let twice = r#"{"context":{"net":"home","net":"office"}}"#;
    let body = format!(r#"{{{alice},{read},{record},"evaluations":[{{}},{twice}]}}"#);
    let request = pdp
        .request("POST", "/access/v1/evaluations")
        .header("content-type", "application/json")
        .body(body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let items = &answer["evaluations"];
    assert_eq!(
        (&items[0]["decision"], &items[1]["decision"]),
        (&true.into(), &false.into())
    );
    assert_eq!(items[1]["context"]["error"]["status"], 400);
}

#[tokio::test]
async fn every_route_refuses_a_key_given_twice_wherever_it_stands() {
    let pdp = Pdp::start(&policy("certification")).await;
    let alice = r#""subject":{"type":"user","id":"alice"}"#;
    let read = r#""action":{"name":"read"}"#;
    let record = r#""resource":{"type":"record","id":"record-1"}"#;
    let (someone, some) = (
        r#""subject":{"type":"user"}"#,
        r#""resource":{"type":"record"}"#,
    );
    for (route, members) in [
        ("evaluation", [alice, read, record]),
        ("evaluations", [alice, read, record]),
        ("search/subject", [someone, read, record]),
        ("search/resource", [alice, read, some]),
        ("search/action", [alice, record, r#""context":{}"#]),
    ] {
        let send = async |more: &str| {
            let body = format!("{{{}{more}}}", members.join(","));
            let request = pdp
                .request("POST", &format!("/access/v1/{route}"))
                .header("content-type", "application/json")
                .body(body);
            let reply = request.send().await.unwrap();
            (reply.status().as_u16(), reply.text().await.unwrap())
        };
        let (status, said) = send("").await;
        assert_eq!(status, 200, "{route}: {said}");
        let again = format!(",{}", members[0]);
        let table = [
            (&*again, "`subject` is written twice"),
            // Members that nobody looks at are no place to hide in.
            (r#","k":1,"k":1"#, "k: the key `k` is written twice"),
            (
                r#","k":[{"a":1,"a":1}]"#,
                "k[0].a: the key `a` is written twice",
            ),
            (r#","k":1e400"#, "outside the range of a double"),
        ];
        for (more, wanted) in table {
            let (status, said) = send(more).await;
            assert_eq!(status, 400, "{route} {more}: {said}");
            assert!(said.contains(wanted), "{route} {more}: {said}");
        }
        // What a batch takes apart item by item is read as a whole everywhere else.
        let (status, _) = send(r#","evaluations":[{"a":1,"a":1}]"#).await;
        let wanted = if route == "evaluations" { 200 } else { 400 };
        assert_eq!(status, wanted, "{route}");
        let (status, _) = send(r#","evaluations":[],"evaluations":[]"#).await;
        assert_eq!(status, 400, "{route}");
    }
}
