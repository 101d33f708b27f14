"""The measured cases of crates/rules: every canonical answer is ours."""

import json
import unittest
from pathlib import Path

from portcullis_rules import Rules

VECTORS = Path(__file__).parents[3] / "crates/rules/tests/vectors"


def raw_member(line: str, name: str) -> str:
    """The text of a member of a one-line JSON map as written: repeated keys are part of the case."""
    decoder = json.JSONDecoder()
    at = 1
    while True:
        key, end = decoder.raw_decode(line, at)
        start = end + 1
        _, end = decoder.raw_decode(line, start)
        if key == name:
            return line[start:end]
        at = end + 1


class Vectors(unittest.TestCase):
    def test_every_canonical_answer_is_ours(self) -> None:
        canonical = {}
        for line in (VECTORS / "canonical-public.jsonl").read_text("utf-8").splitlines():
            case = json.loads(line)
            canonical[case["id"]] = case["canon"]
        wrong = []
        asked = 0
        for line in (VECTORS / "public.jsonl").read_text("utf-8").split("\n"):
            if not line:
                continue
            case = json.loads(line)
            asked += 1
            try:
                rules = Rules.parse(raw_member(line, "rules"))
                answer = "allow" if rules.can(case["action"], case["rsrc_type"], case["rsrc_attrs"]) else "deny"
                accepts = rules.filter(case["action"], case["rsrc_type"]).accepts(case["rsrc_attrs"])
                self.assertEqual(accepts, answer == "allow", case["id"])
            except ValueError:
                answer = "error"
            if answer != canonical[case["id"]]:
                wrong.append((case["id"], answer, canonical[case["id"]]))
        self.assertEqual(asked, 3990)
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
