"""What a call costs: ``python bindings/python/tests/cost.py``. Not a test."""

import timeit

from portcullis_rules import Rule, Rules, can

RULES = Rules(
    [
        Rule.deny().on_types("doc").actions("delete").when(["@sealed", "=", True]),
        Rule.allow().on_types("doc").actions("read").when(["@owner", "=", "ann"]),
    ]
)
DOC = {"owner": "ann", "sealed": False, "size": 7}
QUESTIONS = {
    "rules.can, no attributes": lambda: RULES.can("read", "key"),
    "rules.can, dict of 3": lambda: RULES.can("read", "doc", DOC),
    "can(), dict with its type": lambda: can(RULES, "read", {"type": "doc", **DOC}),
}
for what, question in QUESTIONS.items():
    # The quickest of many short rounds: other programs on the machine only ever add to it.
    best = min(timeit.repeat(question, number=500, repeat=2000)) / 500
    print(f"{what}: {best * 1e9:.0f} ns")
