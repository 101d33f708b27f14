"""Who may do what: JSON lists of allow and deny rules, decided exactly as the Portcullis server does.

>>> from portcullis_rules import Rule, Rules
>>> rules = Rules([Rule.allow().on_types("doc").actions("read").when(["@owner", "=", "ann"])])
>>> rules.can("read", "doc", {"owner": "ann"})
True
>>> rules.can("write", "doc", {"owner": "ann"})
False
"""

from ._filter import Column, Dynamo, Filter, Sql
from ._model import (
    Answer,
    Diff,
    Difference,
    Explanation,
    Finding,
    Diagnostic,
    Report,
    Resource,
    Result,
    Rule,
    Rules,
    RulesError,
    all_of,
    any_of,
    can,
    resource,
)

__all__ = [
    "Answer",
    "Column",
    "Diff",
    "Difference",
    "Dynamo",
    "Explanation",
    "Filter",
    "Finding",
    "Diagnostic",
    "Report",
    "Resource",
    "Result",
    "Rule",
    "Rules",
    "RulesError",
    "Sql",
    "all_of",
    "any_of",
    "can",
    "resource",
]
