//! The expression dialect, like patterns, shapes, and their agreement with each other.

use portcullis_rules::{Like, Pattern, PatternError, PatternLimits, Shape};

fn pattern(source: &str, fold: bool) -> Pattern {
    Pattern::new(source, fold, &PatternLimits::default()).expect(source)
}

#[test]
fn expressions_mean_what_re2_means() {
    let cases: &[(&str, &str, bool)] = &[
        (r"\d", "٣", false),
        (r"\w", "ſ", false),
        (r"\s", "\u{a0}", false),
        (r"\s", "\x0b", false),
        (r"^\D$", "٣", true),
        (r"\bé", "é", false),
        (r"a\b", "aé", true),
        (r"\B", "é", true),
        (r"^admin$", "admin\n", false),
        (r"(?m)^admin$", "x\nadmin\ny", true),
        (r"a\z", "a\n", false),
        (r"^.$", "😀", true),
        (r"^.$", "\n", false),
        (r"(?s)^.$", "\n", true),
        (r"^[^a]$", "\n", true),
        (r"[a&&b]", "&", true),
        (r"^[[a]]$", "[]", true),
        (r"^[[a]]$", "a]", true),
        (r"^[[a]]$", "a", false),
        (r"^[]a]$", "]", true),
        (r"^[^]a]$", "]", false),
        (r"^[\d-z]+$", "5-z", true),
        (r"\<a", "<a", true),
        (r"\b{start}", "x{start}", true),
        (r"\Qa.c\E+$", "a.cc", true),
        (r"\Qa.c", "abc", false),
        (r"\100", "@", true),
        (r"\x{1F600}\x61", "😀a", true),
        (r"a{", "a{", true),
        (r"^a{,2}$", "a{,2}", true),
        (r"^a{01}$", "a{01}", true),
        (r"^a{2,3}?$", "aaa", true),
        (r"(?i)k", "\u{212a}", true),
        (r"(?i:a)b", "Ab", true),
        (r"(?i:a)b", "AB", false),
        (r"(?i)a|b", "B", true),
        (r"(?i)(?-i:a)b", "aB", true),
        (r"(?i)(?-i:a)b", "AB", false),
        (r"(?i)^[^k]$", "\u{212a}", false),
        (r"^\pN$", "٣", true),
        (r"^\p{^Greek}$", "α", false),
        (r"^\P{Greek}$", "α", false),
        (r"^\p{Any}$", "α", true),
        (r"[[:^alpha:]]", "abc", false),
        (r"[[:word:]]", "é", false),
        (r"(|a)b", "b", true),
        (r"(?P<n>a)(?P<m>b)", "ab", true),
        (r"^(a|a)*$", "aaab", false),
        (r"^*a", "ba", true),
        (r"(a{0}){1000}b", "b", true),
        // A repeat of a repeat is not a lazy one.
        (r"^a(b+)?$", "a", true),
        (r"^a(?:b{2})?$", "a", true),
        (r"^a(?:b{2})?$", "abb", true),
        (r"^a(?:b{2})?$", "ab", false),
        (r"^(?:(?:ab){2})*$", "abab", true),
        (r"^(?:(?:ab){2})*$", "ababab", false),
        (r"^(?:a{2,3}){2}$", "aaaa", true),
        (r"^((b+)?)?x$", "x", true),
    ];
    for &(source, subject, expected) in cases {
        assert_eq!(
            pattern(source, false).is_match(subject),
            expected,
            "{source} on {subject:?}"
        );
    }
}

#[test]
fn folding_is_unicode_simple_folding() {
    for (source, subject, expected) in [
        ("É", "é", true),
        ("k", "\u{212a}", true),
        ("ſ", "S", true),
        ("ß", "SS", false),
        ("^[A-Z]+$", "abc", true),
        (r"^\w$", "ſ", true),
        (r"^\W$", "ſ", false),
        (r"^\p{Lu}$", "a", true),
        ("(?-i)a", "A", false),
        ("σ$", "ς", true),
    ] {
        assert_eq!(
            pattern(source, true).is_match(subject),
            expected,
            "{source} on {subject:?}"
        );
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    for source in [
        "(",
        ")",
        "a)",
        "[",
        "[a",
        "[z-a]",
        "[a--b]",
        "[[:nope:]]",
        "*a",
        "+",
        "a|*",
        "(*)",
        "a**",
        "a++",
        "a{2}{3}",
        "a{1001}",
        "a{2,1}",
        "a{99999999999}",
        "(a{100}){100}",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(?>a)",
        "(?<n>a)",
        "(?P=n)",
        "(?P<n>a)(?P<n>b)",
        "(?P<>a)",
        "(?P<n",
        "(?x) a",
        "(?-u:a)",
        "(?i",
        "(?#c)",
        "(?",
        r"\",
        r"a\",
        r"\1",
        r"(a)\1",
        r"\8",
        r"\u0061",
        r"\e",
        r"\h",
        r"\R",
        r"\K",
        r"\Z",
        r"\cA",
        r"\C",
        r"\E",
        r"\x",
        r"\x{110000}",
        r"\x{}",
        r"\xé1",
        r"\p{Script=Greek}",
        r"\p{greek}",
        r"\p{Nope}",
        r"\p",
        r"\p{L",
        r"\pé",
        r"[\b]",
        r"[a-\d]",
        r"[a\",
        r"\x{D800}",
        "(?i)*",
    ] {
        let refused = Pattern::new(source, false, &PatternLimits::default());
        assert!(
            matches!(refused, Err(PatternError::Regex(_))),
            "{source}: {refused:?}"
        );
    }
}

#[test]
fn pattern_limits_hold() {
    let limits = PatternLimits::default();
    let refuse = |source: &str| Pattern::new(source, false, &limits).expect_err(source);
    assert_eq!(refuse(""), PatternError::Empty);
    assert!(matches!(
        refuse(&"a".repeat(4097)),
        PatternError::TooLong { .. }
    ));
    assert!(matches!(
        refuse(r"(\pL{30}){30}"),
        PatternError::TooBig { .. }
    ));
    assert!(matches!(
        refuse(&r"\pL".repeat(1000)),
        PatternError::Regex(_)
    ));
    assert!(matches!(refuse(&"(".repeat(4000)), PatternError::Regex(_)));
    assert!(matches!(
        refuse(&format!("{}{}", "(".repeat(2000), ")".repeat(2000))),
        PatternError::Regex(_)
    ));
    pattern(&format!("{}a{}", "(b|c".repeat(32), ")*".repeat(32)), true);
}

#[test]
fn shapes_are_recognised_only_when_they_are_exact() {
    let shape = |source: &str, fold| pattern(source, fold).shape().clone();
    assert_eq!(shape(r"^host-7\.", false), Shape::Prefix("host-7.".into()));
    assert_eq!(shape(r"\.com$", false), Shape::Suffix(".com".into()));
    assert_eq!(shape("^admin$", false), Shape::Exact("admin".into()));
    assert_eq!(shape(r"\Aadmin\z", false), Shape::Exact("admin".into()));
    assert_eq!(shape("a/b", false), Shape::Contains("a/b".into()));
    assert_eq!(shape("(?:a)b(c)", false), Shape::Contains("abc".into()));
    assert_eq!(shape("^ADMIN$", true), Shape::Exact("admin".into()));
    // A flag or a class says what folding throughout says.
    assert_eq!(shape("^(?i)SVC/", false), Shape::Prefix("svc/".into()));
    assert_eq!(shape("^[Aa]7", false), Shape::Prefix("a7".into()));
    assert!(pattern("^(?i)svc/", false).folds());
    for source in [
        "(?m)^a$", "^a|b$", "a.b", "a*", "[ab]", r"\ba", "(?i:a)b", "[Kk]", "(?i)a|b",
    ] {
        assert_eq!(shape(source, false), Shape::Regex, "{source}");
    }
    assert_eq!(shape("(?-i)abc", true), Shape::Regex);
}

#[test]
fn like_patterns_open_only_starred_ends() {
    let like = |source: &str, text: &str| {
        Like::new(source, &PatternLimits::default())
            .expect(source)
            .is_match(text)
    };
    assert!(
        like("admin*", "ADMINistrator") && !like("admin*", "admi") && !like("admin*", "xadmin")
    );
    assert!(like("*.com", "x.COM") && !like("*.com", "xcom"));
    assert!(like("*abc*", "xABCx") && !like("*abc*", "ab"));
    assert!(like("*", "") && like("*", "anything\n"));
    assert!(like("é*", "École") && !like("ß", "ss") && like(r"\*", r"\x"));
    for source in ["**", "***", "a*c", "a**", "**a", "*a*b*"] {
        let refused = Like::new(source, &PatternLimits::default());
        assert_eq!(refused, Err(PatternError::Star), "{source}");
    }
}
