//! Exact numbers, equality and text form.

use portcullis_rules::Truth::{False, True, Undecided};
use portcullis_rules::{Number, NumberError, Value, eq};
use serde_json::json;

#[test]
fn equality_follows_the_table_in_both_directions() {
    let cases = [
        (json!("a"), json!("a"), True),
        (json!("1e3"), json!("1000"), False),
        (json!(5), json!(5.0), True),
        (
            json!(9_007_199_254_740_993_u64),
            json!(9_007_199_254_740_992.0),
            False,
        ),
        (json!(u64::MAX), json!(18_446_744_073_709_551_616.0), False),
        (json!(i64::MIN), json!(-9_223_372_036_854_775_808.0), True),
        (json!(-0.0), json!(0), True),
        (json!(5), json!("5.0"), True),
        (json!(1000), json!("1e3"), True),
        (json!(1000), json!("100000e-2"), True),
        (json!(5), json!("05"), False),
        (json!(5), json!(" 5"), False),
        (json!(16), json!("0x10"), False),
        (json!(0), json!(""), False),
        (json!(0), json!("-0"), True),
        (json!(0.1), json!("0.1"), True),
        (json!(0.1), json!("0.10000000000000001"), False),
        (
            json!(0.1),
            json!("0.1000000000000000055511151231257827021181583404541015625"),
            True,
        ),
        (
            json!(18_446_744_073_709_551_616.0),
            json!("18446744073709551616"),
            True,
        ),
        (
            json!(18_446_744_073_709_551_616.0),
            json!("18446744073709551617"),
            False,
        ),
        (
            json!(9_007_199_254_740_993_u64),
            json!("9007199254740993.0"),
            True,
        ),
        (
            json!(9_007_199_254_740_992_u64),
            json!("9007199254740993.0"),
            False,
        ),
        (json!(5), json!("5.00000000000000000000001"), False),
        (json!(0), json!("1e-400"), False),
        (json!(0), json!("0e999999999999999999999"), True),
        (json!(1), json!("1e999999999999999999999"), False),
        (json!(true), json!(1), True),
        (json!(true), json!(2), False),
        (json!(false), json!(0), True),
        (json!(false), json!(""), True),
        (json!(false), json!("false"), False),
        (json!(true), json!("1"), True),
        (json!(true), json!("0"), False),
        (json!(true), json!("true"), Undecided),
        (json!(null), json!(null), True),
        (json!(null), json!(""), Undecided),
        (json!(null), json!(0), Undecided),
        (json!(null), json!(false), Undecided),
        (json!(null), json!("x"), False),
        (json!(null), json!(true), False),
        (json!([]), json!([]), Undecided),
        (json!({}), json!(null), Undecided),
    ];
    for (a, b, expected) in cases {
        let (left, right) = (Value::from_json(&a), Value::from_json(&b));
        assert_eq!(eq(&left, &right), expected, "{a} = {b}");
        assert_eq!(eq(&right, &left), expected, "{b} = {a}");
    }
}

#[test]
fn a_long_number_in_a_string_is_compared_quickly() {
    let long = format!("1{}e-100000", "0".repeat(100_000));
    assert_eq!(eq(&1.into(), &long.as_str().into()), True);
    let tiny = format!("0.{}1e100001", "0".repeat(100_000));
    assert_eq!(eq(&1.into(), &tiny.as_str().into()), True);
}

#[test]
fn only_json_spellings_are_numbers() {
    for text in [
        "", "-", "+1", "1.", ".5", "1e", "1e+", "NaN", "Infinity", "1 ", "--1", "1_0", "٣",
    ] {
        assert_eq!(Number::parse(text), Err(NumberError::Grammar), "{text}");
    }
    for text in ["1E400", "-1e309", "1e-400"] {
        assert_eq!(Number::parse(text), Err(NumberError::Range), "{text}");
    }
    assert_eq!(
        Number::parse("1.00000000000000000001"),
        Err(NumberError::Precision)
    );
}

#[test]
fn text_is_plain_decimal() {
    let text = |json| {
        Value::from_json(&json)
            .text()
            .map(std::borrow::Cow::into_owned)
    };
    assert_eq!(text(json!(1e6)).as_deref(), Some("1000000"));
    assert_eq!(text(json!(1e21)).as_deref(), Some("1000000000000000000000"));
    assert_eq!(text(json!(1e-7)).as_deref(), Some("0.0000001"));
    assert_eq!(text(json!(-0.0)).as_deref(), Some("0"));
    assert_eq!(text(json!(false)).as_deref(), Some("false"));
    assert_eq!(text(json!(null)), None);
    assert_eq!(text(json!([1])), None);
}
