//! Reading JSON strictly, whatever it becomes.

use portcullis_rules::{Code, Number, Value, strict};
use proptest::prelude::*;

fn code(text: &str) -> Option<Code> {
    strict::from_str::<serde_json::Value>(text)
        .err()
        .map(|wrong| wrong.code)
}

/// Values as any JSON writer writes them: nothing in them is repeated or out of range.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        (-1e15..1e15).prop_map(Into::into),
        ".{0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Into::into),
            prop::collection::btree_map(".{0,3}", inner, 0..20)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_said_once_is_read_as_it_was_written(value in json(), pretty: bool, mark: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = format!("{}{}", if mark { "\u{feff}" } else { "" }, text.unwrap());
        prop_assert_eq!(strict::from_slice::<serde_json::Value>(text.as_bytes()).unwrap(), value);
    }

    #[test]
    fn a_key_is_refused_however_many_stand_between(between in 0_usize..60, deep in 0_usize..98) {
        let keys: String = (0..between).map(|i| format!("\"k{i}\":{{\"x\":1}},")).collect();
        let map = format!("{{\"x\":1,{keys}\"\\u0078\":2}}");
        let text = format!("{}{map}{}", "[".repeat(deep), "]".repeat(deep));
        let wrong = strict::from_str::<serde_json::Value>(&text).unwrap_err();
        prop_assert_eq!(wrong.code, Code::DuplicateKey);
        prop_assert_eq!(wrong.path, format!("{}{}x", "[0]".repeat(deep), if deep == 0 { "" } else { "." }));
        prop_assert_eq!(wrong.position.unwrap().offset, text.rfind("\"\\u").unwrap());
    }

    #[test]
    fn a_whole_number_is_itself_wherever_its_point_stands(n: u64, negative: bool, point in 0_usize..25) {
        let n = if negative { n >> 1 } else { n };
        let digits = format!("{n:0>width$}", width = point + 1);
        let (whole, fraction) = digits.split_at(digits.len() - point);
        let (sign, dot) = (if negative { "-" } else { "" }, if fraction.is_empty() { "" } else { "." });
        let text = format!("[{sign}{whole}{dot}{fraction}e{point}]");
        let json = strict::from_str::<serde_json::Value>(&text).unwrap();
        let wanted = Value::from(if negative && n > 0 { format!("-{n}") } else { n.to_string() });
        prop_assert_eq!(Value::from_json(&json[0]).to_string(), wanted.as_str().unwrap(), "{}", text);
        prop_assert_eq!(&strict::from_str::<Vec<Value>>(&text).unwrap()[0].to_string(), wanted.as_str().unwrap());
    }

    #[test]
    fn numbers_are_those_of_the_language(bits: u64) {
        let Some(number) = Number::from_f64(f64::from_bits(bits)) else { return Ok(()) };
        for text in [format!("{:e}", number.as_f64()), number.to_string()] {
            let exact = Number::parse(&text).unwrap();
            prop_assert_eq!(strict::from_str::<Value>(&text).unwrap(), Value::Number(exact), "{}", text);
        }
    }
}

#[test]
fn what_readers_take_differently_is_refused() {
    let table = [
        (r#"{"a":1,"a":1}"#, Some(Code::DuplicateKey)),
        ("1e400", Some(Code::NumberOutOfRange)),
        ("1e-400", Some(Code::NumberOutOfRange)),
        ("[0.99999999999999999999]", Some(Code::NumberOutOfRange)),
        (r#""\ud800""#, Some(Code::Syntax)),
        ("01", Some(Code::Syntax)),
        ("[] []", Some(Code::Syntax)),
        ("", Some(Code::Syntax)),
        ("\u{feff}\u{feff}1", Some(Code::Syntax)),
        ("\u{feff}1", None),
        ("-0", None),
        ("9007199254740993", None),
    ];
    for (text, wanted) in table {
        assert_eq!(code(text), wanted, "{text}");
    }
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(code(&nested(100)), None);
    assert_eq!(code(&nested(128)), Some(Code::TooDeep));
    assert_eq!(code(&"{\"a\":".repeat(1_000_000)), Some(Code::TooDeep));
    for key in ["RawValue", "Number"] {
        let tunnel = format!(r#"{{"a":{{"$serde_json::private::{key}":"{{\"b\":1,\"b\":2}}"}}}}"#);
        assert_eq!(code(&tunnel), Some(Code::Syntax), "{key}");
        let escaped = tunnel.replace("$serde", "\\u0024serde");
        assert_eq!(code(&escaped), Some(Code::Syntax), "{key}, escaped");
    }
    let bytes = strict::from_slice::<Value>(b"[1,\n \"\xff\"]").unwrap_err();
    assert_eq!(
        bytes.to_string(),
        "2:3: the document is not UTF-8 here; save it as UTF-8"
    );
}

/// Each with its value in full, worked out by hand: the rule language knows whole numbers from -2^63 to
/// 2^64 - 1 exactly, and everything else as the nearest double.
#[test]
fn numbers_are_exact_however_they_are_written() {
    let table = [
        ("7.5e+16", "75000000000000000"),
        ("1.1e17", "110000000000000000"),
        ("1e17", "100000000000000000"),
        // Its nearest double is 75577985787111712, which some writers mean by it; what stands there
        // is a whole number, and is taken as it stands.
        ("7.557798578711171e+16", "75577985787111710"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740993.0", "9007199254740993"),
        ("9007199254740993000e-3", "9007199254740993"),
        ("-9007199254740993.0", "-9007199254740993"),
        ("1.8446744073709551615e19", "18446744073709551615"),
        ("-9.223372036854775808E18", "-9223372036854775808"),
        ("1.0", "1"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("0e400", "0"),
        ("1.5", "1.5"),
        ("0.1", "0.1"),
        ("18446744073709551616", "18446744073709552000"),
        ("1e21", "1000000000000000000000"),
    ];
    for (written, wanted) in table {
        let text = format!(r#"{{"before": "é", "n": [{written}, {written}], "after": {written}}}"#);
        let wanted = format!(r#"{{"after":{wanted},"before":"é","n":[{wanted},{wanted}]}}"#);
        let read = strict::from_str::<Value>(&text).unwrap();
        assert_eq!(read.to_string(), wanted, "{written}");
        // Who takes it for any JSON first gets the same numbers.
        let json = strict::from_str::<serde_json::Value>(&text).unwrap();
        assert_eq!(Value::from_json(&json).to_string(), wanted, "{written}");
    }
}

#[test]
fn what_follows_a_number_is_told_where_it_was_written() {
    // The number is longer as others write it; a fault after it stands where it stood in the text.
    let text = r#"[9.007199254740993e15, {"k": 1, "k": 1}]"#;
    let wrong = strict::from_str::<Value>(text).unwrap_err();
    assert_eq!(wrong.position.unwrap().offset, text.rfind("\"k\"").unwrap());
    let text = r#"{"n": 1.8446744073709551615e19, "name": 1}"#;
    #[derive(Debug, serde::Deserialize)]
    struct Wanted {
        #[serde(rename = "name")]
        _name: String,
    }
    let wrong = strict::from_str::<Wanted>(text).unwrap_err();
    assert_eq!(wrong.position.unwrap().offset, text.rfind('1').unwrap());
}

#[test]
fn what_does_not_fit_is_told_where_it_stands() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[serde(rename = "name")]
        _name: String,
    }
    let read = |text: &str| strict::from_str::<Wanted>(text).unwrap_err().to_string();
    assert_eq!(
        read("{\n  \"nmae\": 1}"),
        "2:8: unknown field `nmae`, expected `name`"
    );
    assert_eq!(
        read("{\"name\": 1}"),
        "1:10: invalid type: integer `1`, expected a string"
    );
}

#[test]
fn what_somebody_else_reads_need_only_be_json() {
    let read =
        |text: &str| strict::from_slice_but::<serde_json::Value>(text.as_bytes(), Some("raw"));
    assert!(read(r#"{"raw":{"a":1,"a":[1e-400]},"b":1}"#).is_ok());
    assert!(read(r#"{"b":{"raw":{"a":1,"a":1}}}"#).is_err());
    assert!(read(r#"{"raw":{},"a":1,"a":1}"#).is_err());
    assert!(read(r#"{"raw":1,"raw":1}"#).is_err());
    assert!(read(r#"{"raw":[01]}"#).is_err());
}
