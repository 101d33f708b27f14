"""What rules ask of resources that are not known yet, asked of a real database too."""

import json
import sqlite3
import unittest

from portcullis_rules import Column, Difference, Filter, Rule, Rules, any_of

RULES = Rules(
    [
        Rule.deny().on_types("doc").when(["@sealed", "=", True]),
        Rule.allow().on_types("doc").actions("read").when(["@owner", "=", "@subject.id"]),
        Rule.allow().on_types("doc").actions("read").when(["@level", "=", 2**53 + 1], ["@name", "~", "^a.c"]),
    ]
)
COLUMNS = {
    "owner": Column("d.owner", "text", nullable=False),
    "sealed": Column("d.sealed", "boolean", nullable=False),
    "level": Column("d.level", "integer"),
}
DOCS = [
    {"owner": "ann", "sealed": False, "level": None, "name": "x"},
    {"owner": "ann", "sealed": True, "level": 2**53 + 1, "name": "abc"},
    {"owner": "bob", "sealed": False, "level": 2**53 + 1, "name": "abc"},
    {"owner": "bob", "sealed": False, "level": 2**53 + 1, "name": "xyz"},
    {"owner": "bob", "sealed": False, "level": 2**53, "name": "abc"},
]


def readable() -> Filter:
    return RULES.filter("read", "doc", {"subject.id": "ann"}, complete_under="subject.")


class Filters(unittest.TestCase):
    def test_a_filter_accepts_just_what_the_rules_allow(self) -> None:
        mine = readable()
        self.assertEqual((mine.action, mine.type), ("read", "doc"))
        self.assertEqual(mine.attributes, ["sealed", "owner", "level", "name"])
        for doc in DOCS:
            self.assertEqual(mine.accepts(doc), RULES.can("read", "doc", {**doc, "subject.id": "ann"}), doc)
        # What was known does not count again.
        self.assertFalse(mine.accepts({"owner": "bob", "subject.id": "bob"}))
        self.assertFalse(mine.accepts())
        self.assertIn('@owner = "ann"', str(mine))

    def test_what_is_missing_for_sure_and_what_may_be_anything(self) -> None:
        self.assertTrue(RULES.filter("read", "doc").accepts({"owner": "ann", "subject.id": "ann"}))
        nobody = RULES.filter("read", "doc", complete_under=["subject."])
        self.assertFalse(nobody.accepts({"owner": "ann", "subject.id": "ann"}))
        self.assertFalse(nobody.is_never or nobody.is_always)
        self.assertTrue(RULES.filter("write", "doc").is_never)
        self.assertTrue(Rules([Rule.allow()]).filter("read", "doc").is_always)

    def test_a_database_selects_what_is_accepted_or_more(self) -> None:
        database = sqlite3.connect(":memory:")
        database.row_factory = sqlite3.Row
        database.execute("CREATE TABLE doc (owner TEXT NOT NULL, sealed BOOLEAN NOT NULL, level INTEGER, name TEXT)")
        database.executemany("INSERT INTO doc VALUES (:owner, :sealed, :level, :name)", DOCS)
        mine = readable()
        sql = mine.to_sql("sqlite", COLUMNS)
        self.assertFalse(sql.exact)
        self.assertEqual(sql.residue, ['@name ~ "^a.c"'])
        selected = [dict(row) for row in database.execute(f"SELECT * FROM doc d WHERE {sql.text}", sql.parameters)]
        self.assertEqual(len(selected), 3)
        accepted = [doc for doc in DOCS if mine.accepts(doc)]
        self.assertEqual([doc for doc in selected if mine.accepts(doc)], [{**doc, "sealed": 0} for doc in accepted])

        plain = Rules([Rule.allow().when(["@level", "$in", [2**53, 2**53 + 1]], ["@owner", "!=", "ann"])])
        exact = plain.filter("read", "doc").to_sql("sqlite", COLUMNS, first=2)
        self.assertTrue(exact.exact)
        [count] = database.execute(f"SELECT count(*) FROM doc d WHERE ?1 = 7 AND {exact.text}", [7, *exact.parameters]).fetchone()
        self.assertEqual(count, 3)

    def test_the_dialects_differ_in_their_placeholders(self) -> None:
        sql = readable().to_sql("postgres", COLUMNS, first=3)
        self.assertEqual(
            sql,
            (
                "(d.sealed IS FALSE AND (d.owner = $3::text OR (d.level IS NOT NULL AND d.level = $4::int8)))",
                ["ann", 2**53 + 1],
                False,
                ['@name ~ "^a.c"'],
            ),
        )

    def test_an_expression_for_dynamodb_comes_with_its_names_and_values(self) -> None:
        query = Rules([Rule.allow().when(["@owner", "=", "ann"])]).filter("read", "doc").to_dynamo()
        self.assertEqual(query, ("where", "#a0 = :v0", {"#a0": "owner"}, {":v0": {"S": "ann"}}, True, []))
        self.assertEqual(RULES.filter("write", "doc").to_dynamo().selection, "none")

    def test_what_cannot_be_asked_for_is_an_error(self) -> None:
        mine = readable()
        for wrong in (
            lambda: RULES.filter("read", ""),
            lambda: RULES.filter(5, "doc"),  # type: ignore[arg-type]
            lambda: RULES.filter("read", "doc", [("subject.id", "ann")]),
            lambda: RULES.filter("read", "doc", {"subject.id": float("nan")}),
            lambda: RULES.filter("read", "doc", complete_under=[5]),  # type: ignore[list-item]
            lambda: mine.accepts(5),
            lambda: mine.accepts({"owner": object()}),
            lambda: mine.to_sql("mysql", COLUMNS),
            lambda: mine.to_sql("sqlite", {"owner": Column("owner", "varchar")}),
            lambda: mine.to_sql("sqlite", {"owner": Column(5, "text")}),  # type: ignore[arg-type]
            lambda: mine.to_sql("sqlite", {5: Column("owner", "text")}),  # type: ignore[dict-item]
            lambda: mine.to_sql("sqlite", COLUMNS, first=0),
            lambda: mine.to_sql("sqlite", COLUMNS, first=10**30),
        ):
            with self.assertRaises((TypeError, ValueError, OverflowError)):
                wrong()


class Differences(unittest.TestCase):
    def test_a_difference_is_a_request_that_both_lists_can_be_asked(self) -> None:
        level = ["@level", "=", 2**53 + 1]
        before = Rules([Rule.allow().on_types("doc").actions("read").when(level)])
        after = [Rule.allow().on_types("doc").actions("read").when(any_of(level, ["@level", "=", 7]))]
        diff = before.diff(after)
        self.assertTrue(diff.exhaustive)
        [found] = diff.differences
        self.assertIsInstance(found, Difference)
        self.assertEqual((found.action, found.type, found.attributes), ("read", "doc", {"level": 7}))
        self.assertEqual((found.before, found.after), ((False, None), (True, 0)))
        self.assertEqual(str(found), "read on doc with {@level: 7}: deny by default becomes allow by rule 0")
        [lost] = before.diff([]).differences
        self.assertTrue(before.can(lost.action, lost.type, lost.attributes), json.dumps(lost.attributes))
        self.assertEqual(before.diff(before), ([], True))
        with self.assertRaises(TypeError):
            before.diff(5)  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
