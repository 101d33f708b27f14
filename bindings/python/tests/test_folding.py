"""The wheel is built with fewer Unicode tables than the tests of the crate: ignoring case has to be the same."""

import unittest

from portcullis_rules import Rule, Rules


class Folding(unittest.TestCase):
    def test_case_is_ignored_in_every_script(self) -> None:
        pairs = [
            (c, other)
            for c in map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x1FFFF)])
            for other in {c.lower(), c.upper()}
            if other != c and len(other) == 1 and c.casefold() == other.casefold() and len(c.casefold()) == 1
        ]
        self.assertGreater(len(pairs), 2500)
        for operator in ("~=", "~*"):
            different = [
                (c, other)
                for c, other in pairs
                for rules in [Rules([Rule.allow().when(["@v", operator, c])])]
                if not (rules.can("read", "doc", {"v": other}) and rules.can("read", "doc", {"v": c}))
            ]
            self.assertEqual(different, [], operator)
