"""Whatever is handed over: an exception that says what is wrong, or the documented answer. Never a panic."""

import collections
import itertools
import unittest
from decimal import Decimal
from typing import Any, Iterator

from portcullis_rules import Rule, Rules, can, resource

RULES = Rules([Rule.deny().when(["@v", "=", "bad"]), Rule.allow().when(["@v", "!=", "never"])])


class Mine(Exception):
    """What a hostile object raises."""


def fail(*_: Any, **__: Any) -> Any:
    raise Mine


class Stored(dict):  # type: ignore[type-arg]
    """A dict that answers otherwise than it stores."""

    __getitem__ = get = keys = items = __iter__ = __len__ = __contains__ = fail


class Failing(collections.abc.Mapping):  # type: ignore[type-arg]
    def __getitem__(self, name: str) -> Any:
        raise Mine

    def __iter__(self) -> Iterator[str]:
        return iter(["v"])

    def __len__(self) -> int:
        return 1


class Shown:
    __repr__ = fail


class Number(int):
    __repr__ = __str__ = __int__ = __index__ = __eq__ = fail
    __hash__ = None  # type: ignore[assignment]


class Text(str):
    __str__ = __repr__ = __eq__ = fail
    __hash__ = None  # type: ignore[assignment]


class Lying(Decimal):
    def __str__(self) -> str:
        return "6"


class Endless(list):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[int]:
        return itertools.count()


class Growing:
    """Changes the dict it is in whenever its class is asked for."""

    def __init__(self, around: "dict[str, Any]") -> None:
        self.around = around

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        self.around[f"new {len(self.around)}"] = 1
        return Growing


class Hostile(unittest.TestCase):
    def ask(self, v: object) -> bool:
        return RULES.can("read", "doc", {"v": v})

    def tearDown(self) -> None:
        self.assertTrue(self.ask("x"))

    def test_a_dict_is_what_it_stores(self) -> None:
        self.assertFalse(RULES.can("read", "doc", Stored(v="bad")))
        self.assertTrue(RULES.can("read", "doc", Stored(v="good")))
        self.assertTrue(self.ask(Stored(a=1)) in (True, False))

    def test_what_an_object_raises_reaches_the_caller(self) -> None:
        class Keys:
            def __init__(self, hashed: int) -> None:
                self.hashed = hashed

            def __hash__(self) -> int:
                return self.hashed

            __eq__ = fail

        with self.assertRaises(Mine):
            RULES.can("read", "doc", Failing())
        with self.assertRaises(Mine):
            RULES.can("read", "doc", {Keys(hash("v")): 1})
        with self.assertRaises(TypeError):
            self.ask(Shown())
        with self.assertRaises(TypeError):
            RULES.can("read", "doc", Shown)

    def test_numbers_and_texts_are_what_they_hold_however_they_show_themselves(self) -> None:
        for held, v in ((5, Number(5)), (2**70, Number(2**70)), ("bad", Text("bad")), (5, Lying(5))):
            self.assertTrue(Rules([Rule.allow().when(["@v", "=", held])]).can("read", "doc", {"v": v}), repr(held))

    def test_what_does_not_end_is_refused(self) -> None:
        doubling: "list[Any]" = []
        for _ in range(90):
            doubling = [doubling, doubling]
        loop: "dict[str, Any]" = {}
        loop["loop"] = loop
        for v in (Endless(), doubling, loop, ["x" * (1 << 20)] * 10_000, "x" * (70 << 20)):
            with self.assertRaises(ValueError):
                self.ask(v)
        for v in (10**400, 10**5000, -(10**5000), Decimal("1e999999"), Decimal("-Infinity"), Decimal("sNaN")):
            with self.assertRaises(TypeError):
                self.ask(v)

    def test_what_changes_while_it_is_read_is_read_or_refused(self) -> None:
        around: "dict[str, Any]" = {}
        around["inner"] = Growing(around)
        with self.assertRaises(TypeError):
            self.ask(around)

    def test_keys_and_names_that_are_no_text_are_refused(self) -> None:
        for v in ({1: "a"}, {None: 1}, {b"a": 1}, {"\ud800": 1}, ["\udfff"], "\ud800"):
            with self.assertRaises((TypeError, ValueError)):
                self.ask(v)
        for name in (None, 5, b"read", ["read"], "\ud800"):
            with self.assertRaises((TypeError, ValueError)):
                RULES.can(name, "doc")  # type: ignore[arg-type]
            with self.assertRaises((TypeError, ValueError)):
                can(RULES, "read", resource(name, {}))  # type: ignore[arg-type]
            with self.assertRaises((TypeError, ValueError)):
                RULES.test(name)  # type: ignore[arg-type]
        # Keys of attributes that are no text name no attribute.
        self.assertTrue(RULES.can("read", "doc", {1: "bad", None: "bad", "\ud800": "bad"}))

    def test_documents_of_any_size_or_depth_are_read_or_refused(self) -> None:
        nested: Any = ["@v", "=", 1]
        for _ in range(100_000):
            nested = {"$and": [nested]}
        cyclic: "list[Any]" = []
        cyclic.append(cyclic)
        for text in ("[" * 10**6, '[{"access":"allow","where":{"rsrc_match":' + "[[" * 5000, " " * (17 << 20), "\ud800", "{}", b"\xff"):
            with self.assertRaises(ValueError):
                Rules.parse(text)
        for rules in ([Rule.allow().when(nested)], cyclic, [{"access": object()}], [{1: 2}], [None]):
            with self.assertRaises((TypeError, ValueError, RecursionError)):
                Rules(rules)  # type: ignore[arg-type]
        self.assertTrue(self.ask("x" * (8 << 20)))


if __name__ == "__main__":
    unittest.main()
