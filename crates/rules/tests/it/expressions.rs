//! Lists full of expressions decide as their patterns do one by one, however the engine finds them.
//!
//! Expressions are put together at random, each with a text that it probably matches. The answer
//! expected comes from [`Pattern`]s compiled once; now and then the plain evaluator is asked too.

use std::collections::BTreeMap;

use portcullis_rules::{
    Condition, ConditionSet, Decision, Effect, Engine, EngineOptions, Like, Operand, Operator,
    Pattern, PatternLimits, Rule, RuleList, Truth, Value, naive,
};

use crate::worlds::Random;

type Resource = BTreeMap<&'static str, Value>;

const TEXTS_FOR_A_LIST: usize = 400;

/// An expression and a text.
type Sample = (String, String);

fn piece(random: &mut Random, depth: usize) -> Sample {
    const LITERALS: [&str; 18] = [
        "a", "ab", "k", "s", "S", "web-", "é", "É", "ſ", "\u{212a}", "ß", "-", "7", "host", "team",
        "σ", "\n", "😀",
    ];
    const CLASSES: [(&str, &str); 18] = [
        ("[a-c]", "b"),
        ("[0-9]", "7"),
        ("[kK]", "K"),
        ("[sſ]", "s"),
        ("[a-zé]", "é"),
        ("[^a]", "é"),
        ("[^é]", "\n"),
        (".", "x"),
        (r"\.", "."),
        (r"\d", "5"),
        (r"\w", "k"),
        (r"\W", "-"),
        (r"\s", " "),
        (r"\pL", "ſ"),
        (r"\p{Greek}", "ς"),
        ("[[:alpha:]]", "Q"),
        ("[[:^alpha:]]", "\u{212a}"),
        (r"[\x{80}-\x{10FFFF}]", "😀"),
    ];
    const LOOKS: [&str; 7] = ["^", "$", r"\b", r"\B", r"\A", r"\z", r"(?m:^)"];
    match random.below(if depth == 0 { 9 } else { 16 }) {
        0..=4 => {
            let text = *random.pick(&LITERALS);
            (text.to_owned(), text.to_owned())
        }
        5..=7 => {
            let (class, text) = *random.pick(&CLASSES);
            (class.to_owned(), text.to_owned())
        }
        8 => ((*random.pick(&LOOKS)).to_owned(), String::new()),
        9..=11 => {
            let (a, b) = (sequence(random, depth - 1), sequence(random, depth - 1));
            let text = if random.one_in(2) { a.1 } else { b.1 };
            let empty = if random.one_in(5) { "|" } else { "" };
            (format!("({}|{}{empty})", a.0, b.0), text)
        }
        12..=14 => {
            const REPEATS: [(&str, usize); 10] = [
                ("*", 0),
                ("*", 2),
                ("+", 1),
                ("+?", 3),
                ("?", 0),
                ("?", 1),
                ("{2}", 2),
                ("{1,3}", 2),
                ("{0}", 0),
                ("{2,}", 3),
            ];
            let (source, text) = sequence(random, depth - 1);
            let &(sign, times) = random.pick(&REPEATS);
            (format!("(?:{source}){sign}"), text.repeat(times))
        }
        _ => {
            let flags = *random.pick(&["i", "-i", "m", "s", "im"]);
            let (source, text) = sequence(random, depth - 1);
            (format!("(?{flags}:{source})"), text)
        }
    }
}

fn sequence(random: &mut Random, depth: usize) -> Sample {
    let mut whole = Sample::default();
    for _ in 0..1 + random.below(3) {
        let (source, text) = piece(random, depth);
        whole.0 += &source;
        whole.1 += &text;
    }
    whole
}

fn expression(random: &mut Random) -> Sample {
    let (mut source, text) = sequence(random, 2);
    if random.one_in(2) {
        source.insert(0, '^');
    }
    if random.one_in(3) {
        source.push('$');
    }
    let flags = *random.pick(&["", "", "", "", "(?i)", "(?m)", "(?s)", "(?im)"]);
    (format!("{flags}{source}"), text)
}

/// Expressions from one template, as lists mostly have them.
fn of_a_kind(random: &mut Random, i: usize, kind: usize) -> Sample {
    let digits: String = (0..4)
        .map(|place| ["[a-f]", "[g-z]"][(i >> place) % 2])
        .collect();
    let spelled: String = (0..4).map(|place| ["c", "k"][(i >> place) % 2]).collect();
    let end = *random.pick(&["prod", "staging"]);
    match kind {
        0 => (
            format!(r"\.team-{i}\.example\.com$"),
            format!("x.team-{i}.example.com"),
        ),
        1 => (
            format!("^[a-z]+-{i}-(prod|staging)$"),
            format!("web-{i}-{end}"),
        ),
        2 => (format!("(?i)^svc-{i}/"), format!("\u{17f}Vc-{i}/a")),
        3 => (format!("^web[0-9]*-{i}-[a-z]+k$"), format!("web1-{i}-ak")),
        4 => (format!("^[0-9]{{2}}-{digits}$"), format!("42-{spelled}")),
        5 => (format!("[0-9]{{2}}-{digits}"), format!("no 42-{spelled}.")),
        6 => (
            format!(r"(?i)\bk{spelled}\b"),
            format!("a \u{212a}{spelled}-"),
        ),
        _ => (format!("(?m)^{digits}$"), format!("a\n{spelled}\nb")),
    }
}

enum Tested {
    Pattern(Box<Pattern>),
    Like(Like),
    Equal(Value),
    Bad,
}

struct Test {
    attribute: &'static str,
    negated: bool,
    tested: Tested,
}

impl Test {
    fn of(condition: &Condition, attribute: &'static str) -> Self {
        let Operand::Literal(literal) = &condition.right else {
            panic!("only literals are compared with");
        };
        let limits = PatternLimits::default();
        let (op, negated) = condition.op.positive();
        let source = literal.as_str().unwrap_or_default();
        let tested = match op {
            Operator::Equal => Tested::Equal(literal.clone()),
            Operator::Like => Like::new(source, &limits).map_or(Tested::Bad, Tested::Like),
            op => Pattern::new(source, op == Operator::MatchFold, &limits)
                .map_or(Tested::Bad, |pattern| Tested::Pattern(Box::new(pattern))),
        };
        Self {
            attribute,
            negated,
            tested,
        }
    }

    fn holds(&self, resource: &Resource) -> Truth {
        let value = resource.get(self.attribute).unwrap_or(&Value::Null);
        let text = value.text();
        let truth = match (&self.tested, &text) {
            (Tested::Equal(other), _) => portcullis_rules::eq(value, other),
            (Tested::Pattern(pattern), Some(text)) => pattern.is_match(text).into(),
            (Tested::Like(like), Some(text)) => like.is_match(text).into(),
            _ => Truth::Undecided,
        };
        if self.negated { !truth } else { truth }
    }
}

/// A list with what is expected of each rule: one or two tests, joined by `and` or by `or`.
struct List {
    rules: RuleList,
    expected: Vec<(Effect, bool, Vec<Test>)>,
    texts: Vec<String>,
}

impl List {
    fn new(random: &mut Random) -> Self {
        let mut list = Self {
            rules: RuleList::default(),
            expected: Vec::new(),
            texts: Vec::new(),
        };
        let kinds = [random.below(8), random.below(8)];
        let free = random.below(3);
        for i in 0..4 + random.below(40) {
            let effect = if random.one_in(4) {
                Effect::Deny
            } else {
                Effect::Allow
            };
            let (mut tests, mut conditions) = (Vec::new(), Vec::new());
            for _ in 0..1 + usize::from(random.one_in(3)) {
                let attribute = if random.one_in(6) { "b" } else { "a" };
                let (source, text) = if random.below(3) < free {
                    expression(random)
                } else {
                    let kind = *random.pick(&kinds);
                    of_a_kind(random, i, kind)
                };
                list.texts.push(text.clone());
                let (op, right) = match random.below(16) {
                    0 => (Operator::NotMatch, source),
                    1 => (Operator::NotMatchFold, source),
                    2 => (Operator::Equal, text),
                    3 => (Operator::Like, format!("*{}", text.replace('*', ""))),
                    4..=6 => (Operator::MatchFold, source),
                    _ => (Operator::Match, source),
                };
                let condition = Condition::new(Operand::attribute(attribute), op, right);
                tests.push(Test::of(&condition, attribute));
                conditions.push(ConditionSet::from(condition));
            }
            let all = random.one_in(2);
            let condition = if all {
                ConditionSet::And(conditions)
            } else {
                ConditionSet::Or(conditions)
            };
            let rule = if effect == Effect::Allow {
                Rule::allow()
            } else {
                Rule::deny()
            };
            list.rules.0.push(rule.when(condition));
            list.expected.push((effect, all, tests));
        }
        list
    }

    fn resource(&self, random: &mut Random) -> Resource {
        let mut value = || match random.below(40) {
            0 => None,
            1 => Some(Value::Null),
            2 => Some(7.into()),
            3 => Some(true.into()),
            4 => Some(vec!["a"].into()),
            5 => Some("".into()),
            _ => Some(self.text(random).into()),
        };
        let pairs = [("a", value()), ("b", value())];
        let known = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        known.collect()
    }

    fn text(&self, random: &mut Random) -> String {
        let mut text = random.pick(&self.texts).clone();
        match random.below(12) {
            0 => text = text.to_uppercase(),
            1 => text = text.to_lowercase(),
            2 => text.insert(0, *random.pick(&['x', 'é', '\n', '-'])),
            3 => text.push(*random.pick(&['x', 'é', '\n', 'ſ'])),
            4 => text += random.pick(&self.texts).as_str(),
            5 => drop(text.pop()),
            6 if !text.is_empty() => drop(text.remove(0)),
            7 => {
                let other = *random.pick(&['k', '\u{212a}', 's', 'ſ', '-', '7']);
                let at = random.below(text.chars().count().max(1));
                let swap = |(i, c)| if i == at { other } else { c };
                text = text.chars().enumerate().map(swap).collect();
            }
            8 if random.one_in(20) => text = text.repeat(60),
            _ => {}
        }
        text
    }

    fn decide(&self, resource: &Resource) -> Decision {
        for (i, (effect, all, tests)) in self.expected.iter().enumerate() {
            let truths = tests.iter().map(|test| test.holds(resource));
            let truth = if *all {
                truths.fold(Truth::True, Truth::and)
            } else {
                truths.fold(Truth::False, Truth::or)
            };
            let decides = match effect {
                Effect::Allow => truth == Truth::True,
                Effect::Deny => truth != Truth::False,
            };
            if decides {
                return Decision {
                    effect: *effect,
                    rule: Some(i),
                };
            }
        }
        Decision::DEFAULT
    }
}

fn compare(lists: u64, seed: u64) {
    let options = EngineOptions::default();
    for number in 0..lists {
        let mut random = Random(seed + number);
        let list = List::new(&mut random);
        let compile =
            |options| Engine::compile_with(&list.rules, &options).expect("the list is short");
        let engine = compile(options.always_indexed());
        let others = [
            compile(options),
            compile(options.always_indexed().pattern_bytes(0)),
        ];
        for i in 0..TEXTS_FOR_A_LIST {
            let resource = list.resource(&mut random);
            let expected = list.decide(&resource);
            let told = || format!("list {number}, {resource:?}: {:?}", list.rules);
            let answer = engine.decide("r", "t", &resource);
            assert_eq!(answer, Ok(expected), "{}", told());
            if i % 50 == 0 {
                for other in &others {
                    assert_eq!(
                        other.decide("r", "t", &resource),
                        Ok(expected),
                        "{}",
                        told()
                    );
                }
            }
            if i % 200 == 0 {
                let plain = naive::decide(&list.rules, "r", "t", &resource);
                assert_eq!(plain, Ok(expected), "{}", told());
            }
        }
    }
}

#[test]
fn expressions_found_together_answer_as_each_alone() {
    compare(60, 1);
}

#[test]
#[ignore = "minutes: cargo test --release -p portcullis-rules --test it -- --ignored expressions"]
fn expressions_found_together_answer_as_each_alone_ten_million_times() {
    compare(10_000_000 / TEXTS_FOR_A_LIST as u64, 1_000_000);
}
