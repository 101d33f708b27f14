"""The package's face: what it takes, what it answers, what it refuses."""

import collections
import copy
import dataclasses
import doctest
import enum
import pickle
import types
import unittest
from decimal import Decimal

import portcullis_rules
from portcullis_rules import Finding, Rule, Rules, RulesError, all_of, any_of, can, resource

MINE = Rule.allow().on_types("doc").actions("read").when(["@owner", "=", "ann"])


@dataclasses.dataclass
class Doc:
    __resource_type__ = "doc"
    owner: str
    sealed: bool = False


class Plain:
    __resource_type__ = "doc"

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._secret = "ann"

    @property
    def computed(self) -> str:
        raise AssertionError("nothing is computed for a rule")


class Slotted:
    __resource_type__ = "doc"
    __slots__ = ("owner", "unset")

    def __init__(self, owner: str) -> None:
        self.owner = owner


Named = collections.namedtuple("Named", ["owner"])


class Subjects(unittest.TestCase):
    def test_a_subject_is_rules_as_built_as_dicts_as_text_or_compiled(self) -> None:
        rules = Rules([MINE])
        for subject in [[MINE], MINE, [MINE.to_dict()], rules.to_json(), rules.to_json().encode(), rules]:
            self.assertIs(can(subject, "read", {"type": "doc", "owner": "ann"}), True)
            self.assertIs(can(subject, "read", {"type": "doc", "owner": "bob"}), False)

    def test_a_builder_is_never_changed_by_what_is_built_from_it(self) -> None:
        base = Rule.allow().on_types(["doc"])
        narrowed = base.actions("read").when(["@a", "=", 1]).when(any_of(["@b", "=", 2], all_of(["@c", "=", 3])))
        self.assertEqual(base.to_dict()["where"]["rsrc_match"], [])
        self.assertEqual(
            narrowed.with_meta({"why": "test"}).to_dict(),
            {
                "access": "allow",
                "where": {
                    "rsrc_type": ["doc"],
                    "action": ["read"],
                    "rsrc_match": [["@a", "=", 1], {"$or": [["@b", "=", 2], {"$and": [["@c", "=", 3]]}]}],
                },
                "$meta": {"why": "test"},
            },
        )
        rules = Rules([Rule.deny().except_types("doc"), Rule.allow().except_actions(["delete"])])
        self.assertEqual([rules.can(a, "doc") for a in ("read", "delete")], [True, False])
        self.assertFalse(rules.can("read", "key"))


class Resources(unittest.TestCase):
    def test_resources_are_dicts_dataclasses_or_objects(self) -> None:
        for make in (
            Doc,
            Plain,
            Slotted,
            lambda owner: resource("doc", {"owner": owner}),
            lambda owner: resource("doc", Plain(owner)),
            lambda owner: resource("doc", Named(owner)),
            lambda owner: resource("doc", types.SimpleNamespace(owner=owner)),
            lambda owner: types.MappingProxyType({"type": "doc", "owner": owner}),
        ):
            self.assertIs(can(MINE, "read", make("ann")), True, make)
            self.assertIs(can(MINE, "read", make("bob")), False, make)

    def test_only_stored_data_is_an_attribute(self) -> None:
        for name in ("computed", "_secret", "__init__", "__resource_type__"):
            self.assertTrue(can([Rule.allow().when([f"@{name}", "=", None])], "read", Plain("ann")), name)

    def test_the_type_of_a_dict_is_no_attribute(self) -> None:
        typed = Rules([Rule.allow().when(["@type", "=", "doc"])])
        self.assertFalse(can(typed, "read", {"type": "doc"}))
        self.assertTrue(can(typed, "read", resource("doc", {"type": "doc"})))

    def test_a_resource_without_a_type_or_data_is_refused(self) -> None:
        for thing in (None, 5, "doc", {}, {"type": 5}, object(), ["doc"], Plain):
            with self.assertRaises(TypeError, msg=repr(thing)):
                can(MINE, "read", resource("doc", thing) if thing is Plain else thing)
        for attributes in (5, "owner", [("owner", "ann")], object()):
            with self.assertRaises(TypeError, msg=repr(attributes)):
                Rules([MINE]).can("read", "doc", attributes)
        with self.assertRaises(ValueError):
            Rules([MINE]).can("read", "")


class Values(unittest.TestCase):
    def test_numbers_keep_every_digit(self) -> None:
        rules = Rules([Rule.allow().when(["@n", "=", 2**53 + 1])])
        self.assertTrue(rules.can("read", "doc", {"n": 2**53 + 1}))
        self.assertFalse(rules.can("read", "doc", {"n": 2**53}))
        self.assertTrue(rules.can("read", "doc", {"n": Decimal(2**53 + 1)}))
        for n in (2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**30, 0.1, 1e300, True):
            self.assertTrue(Rules([Rule.allow().when(["@n", "=", n])]).can("read", "doc", {"n": n}), n)
        self.assertTrue(Rules([Rule.allow().when(["@n", "=", 0.1])]).can("read", "doc", {"n": Decimal("0.1")}))

    def test_lists_tuples_sets_and_text_enums_are_values(self) -> None:
        rules = Rules([Rule.allow().when(["@tags", "&", ["a"]])])
        for tags in (["b", "a"], ("a",), {"a"}, frozenset("ab")):
            self.assertTrue(rules.can("read", "doc", {"tags": tags}))
        colour = enum.Enum("Colour", {"RED": "red"}, type=str)
        self.assertTrue(Rules([Rule.allow().when(["@c", "=", "red"])]).can("read", "doc", {"c": colour.RED}))

    def test_what_rules_cannot_compare_is_an_error_and_never_another_value(self) -> None:
        rules = Rules([Rule.allow().when(any_of(["@v", "=", None], ["@v", "!=", 1]))])
        for v in (float("nan"), float("inf"), Decimal("NaN"), 10**400, object(), [object()], {"a": print}, b"x"):
            with self.assertRaises(TypeError, msg=repr(v)[:20]):
                rules.can("read", "doc", {"v": v})
        loop: list = []
        loop.append(loop)
        with self.assertRaisesRegex(ValueError, "contains itself"):
            rules.can("read", "doc", {"v": loop})
        with self.assertRaises(ValueError):
            rules.can("read", "doc", {"v": "\ud800"})
        with self.assertRaises(TypeError):
            rules.can(None, "doc")  # type: ignore[arg-type]
        # Attributes that no rule mentions are never looked at.
        self.assertTrue(rules.can("read", "doc", {"other": object()}))


class Loading(unittest.TestCase):
    def test_a_refused_list_tells_every_diagnostic_with_its_place(self) -> None:
        text = '[{"access": "permit",\n "where": {"rsrc_type": "*", "action": [], "rsrc_match": []}}]'
        with self.assertRaises(RulesError) as caught:
            Rules.parse(text)
        error = caught.exception
        self.assertIsInstance(error, ValueError)
        told = [(diagnostic.code, diagnostic.path, diagnostic.line) for diagnostic in error.diagnostics]
        self.assertEqual(told, [("unknown_access", "[0].access", 1), ("empty_names", "[0].where.action", 2)])
        self.assertEqual(error.omitted, 0)
        self.assertRegex(str(error), r"^1:13: \[0\]\.access: ")
        self.assertEqual(pickle.loads(pickle.dumps(error)).diagnostics, error.diagnostics)

    def test_a_repeated_key_is_seen_in_text(self) -> None:
        with self.assertRaises(RulesError) as caught:
            Rules.parse('[{"access": "deny", "access": "allow", "where": {}}]')
        self.assertIn("duplicate_key", [diagnostic.code for diagnostic in caught.exception.diagnostics])

    def test_parse_takes_text_only(self) -> None:
        with self.assertRaises(TypeError):
            Rules.parse([MINE])  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            Rules(MINE)  # type: ignore[arg-type]
        with self.assertRaises(ValueError):
            Rules([Rule.allow().when(["@n", "=", float("nan")])])


class Answers(unittest.TestCase):
    def test_an_answer_names_its_rule_for_one_action_or_for_all(self) -> None:
        rules = Rules([Rule.deny().on_types("doc").actions("delete"), MINE])
        self.assertEqual(rules.decide("delete", "doc"), (False, 0))
        answer = rules.decide("read", "doc", {"owner": "ann"})
        self.assertEqual((answer.allowed, answer.rule, answer.effect), (True, 1, "allow"))
        self.assertEqual(rules.decide("read", "key"), (False, None))
        named, other = rules.which_actions("doc", {"owner": "ann"})
        self.assertEqual({action: answer.effect for action, answer in named.items()}, {"delete": "deny", "read": "allow"})
        self.assertIsNone(other.rule)

    def test_an_explanation_tells_why_and_hides_what_it_must(self) -> None:
        rules = Rules([MINE])
        why = rules.explain("read", "doc", {"owner": "bob"})
        self.assertEqual(why.change, [{"attribute": "owner", "to": "ann"}])
        self.assertIn('set @owner to "ann"', str(why))
        self.assertEqual((why.allowed, why.rule, why.data["digest"]), (False, None, rules.digest))
        for redaction in ({"hide": ["owner"]}, {"hide": "owner"}, {"show": []}, {"show": ["owner"], "hide": ["owner"]}):
            hidden = rules.explain("read", "doc", {"owner": "bob"}, **redaction)  # type: ignore[arg-type]
            self.assertNotIn("bob", str(hidden) + str(hidden.data))

    def test_findings_cases_and_the_digest_are_those_of_the_engine(self) -> None:
        rules = Rules([MINE, MINE])
        findings = rules.lint()
        self.assertIsInstance(findings[0], Finding)
        self.assertEqual([(f.code, f.rule) for f in findings], [("redundant_rule", 0), ("unreachable_rule", 1)])
        case = {"name": "own", "action": "read", "type": "doc", "attributes": {"owner": "ann"}, "expect": "allow"}
        report = rules.test([case])
        self.assertTrue(report.passed)
        self.assertEqual(report.undecided_rules, [1])
        said = '{"cases": [{"name": "n", "action": "read", "type": "doc", %s}]}'
        self.assertTrue(rules.test(said % '"expect": "deny"').passed)
        for wrong, why in (
            (said % '"expect": "deny", "expect": "deny"', "`expect` is written twice"),
            (said % '"expect": "deny", "attributes": {"a": 1, "a": 1}', "`a` is written twice"),
            (said % '"expect": "deny", "attributes": {"a": 1e-400}', "outside the range"),
            ([], "nothing would be tested"),
        ):
            with self.assertRaisesRegex(ValueError, why):
                rules.test(wrong)
        self.assertEqual(Rules([]).digest, "d228cb690f1a8caf78912b704e4a1344")
        self.assertTrue(Rules([]))
        self.assertEqual(len(rules), 2)
        for same in (Rules.parse(rules.to_json()), pickle.loads(pickle.dumps(rules)), copy.deepcopy(rules)):
            self.assertEqual(same.digest, rules.digest)
            self.assertIsInstance(same, Rules)

    def test_the_examples_in_the_documentation_run(self) -> None:
        failed, attempted = doctest.testmod(portcullis_rules)
        self.assertEqual(failed, 0)
        self.assertGreater(attempted, 0)


if __name__ == "__main__":
    unittest.main()
