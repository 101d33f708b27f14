"""Rules, resources and answers as Python has them. What decides is the compiled module ``_engine``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from ._engine import Engine
from ._filter import Filter

Json = Any
Names = Union[str, Iterable[str]]
#: ``["@owner", "=", "ann"]``, ``any_of(...)``, ``all_of(...)``, or a list of conditions that must all hold.
Condition = Union[Sequence[Any], Mapping[str, Any]]


class Diagnostic(NamedTuple):
    """One thing wrong with a document."""

    #: Stable across versions, such as ``unknown_key``.
    code: str
    #: Such as ``[3].where.rsrc_match[0]``; empty for the whole.
    path: str
    #: From 1.
    line: Optional[int]
    #: In characters, from 1.
    column: Optional[int]
    message: str


class RulesError(ValueError):
    """A rule list that was refused, with every reason."""

    diagnostics: List[Diagnostic]
    #: How many more there are past the first thousand.
    omitted: int

    def __init__(self, message: str, diagnostics: Iterable[Tuple[Any, ...]] = (), omitted: int = 0) -> None:
        super().__init__(message)
        self.diagnostics = [Diagnostic(*diagnostic) for diagnostic in diagnostics]
        self.omitted = omitted

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (str(self), [tuple(diagnostic) for diagnostic in self.diagnostics], self.omitted)


class Answer(NamedTuple):
    """An answer; ``rule`` counts from 0, and is None when none matched and the default denied."""

    allowed: bool
    rule: Optional[int]

    @property
    def effect(self) -> str:
        return "allow" if self.allowed else "deny"


class Finding(NamedTuple):
    """Something in the rules that cannot have an effect, or may have another than meant."""

    code: str
    #: ``note``, ``warning`` or ``error``.
    severity: str
    #: Counted from 0.
    rule: int
    path: str
    message: str
    suggestion: str

    def __str__(self) -> str:
        return f"{self.severity}[{self.code}] {self.path}: {self.message}; {self.suggestion}"


class Difference(NamedTuple):
    """A request that two rule lists answer differently."""

    action: str
    type: str
    #: All others are missing.
    attributes: Dict[str, Json]
    before: Answer
    after: Answer
    text: str

    def __str__(self) -> str:
        return self.text


class Diff(NamedTuple):
    """How two rule lists differ."""

    #: One for each pair of deciding rules that was found.
    differences: List[Difference]
    #: Whether every request that changes its answer does so by a pair that is told; if there are none, the lists
    #: are the same.
    exhaustive: bool


class Result(NamedTuple):
    """What came of one case; ``failure`` is None when it passed."""

    name: str
    failure: Optional[str]


class Report(NamedTuple):
    """What came of test cases."""

    passed: bool
    results: List[Result]
    #: Rules that decided no case.
    undecided_rules: List[int]
    summary: str


class Explanation:
    """Why an answer is what it is: in words by ``str``, as data in ``data``."""

    def __init__(self, data: str, text: str) -> None:
        #: The JSON form, version 1.
        self.data: Dict[str, Json] = json.loads(data)
        self.text = text

    @property
    def allowed(self) -> bool:
        return bool(self.data["effect"] == "allow")

    @property
    def rule(self) -> Optional[int]:
        return self.data["rule"]  # type: ignore[no-any-return]

    @property
    def change(self) -> List[Dict[str, Json]]:
        """The smallest change of the resource that turns the answer around, or nothing if none was found."""
        return self.data["change"] or []

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Explanation: {self.text.splitlines()[0]}>"


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule in the making; every method returns a new one."""

    document: Mapping[str, Json]

    @classmethod
    def allow(cls) -> Rule:
        """Allows everything, to be narrowed."""
        return cls({"access": "allow", "where": {"rsrc_type": "*", "action": "*", "rsrc_match": []}})

    @classmethod
    def deny(cls) -> Rule:
        """Denies everything, to be narrowed."""
        return cls({"access": "deny", "where": {"rsrc_type": "*", "action": "*", "rsrc_match": []}})

    def on_types(self, *types: Names) -> Rule:
        return self._where(rsrc_type=_names(types))

    def except_types(self, *types: Names) -> Rule:
        return self._where(rsrc_type={"$not": _names(types)})

    def actions(self, *actions: Names) -> Rule:
        return self._where(action=_names(actions))

    def except_actions(self, *actions: Names) -> Rule:
        return self._where(action={"$not": _names(actions)})

    def when(self, *conditions: Condition) -> Rule:
        """Adds conditions that must all hold, besides those that are there."""
        return self._where(rsrc_match=[*self.document["where"]["rsrc_match"], *conditions])

    def with_meta(self, meta: Json) -> Rule:
        """Attaches notes, which deciding never looks at."""
        return Rule({**self.document, "$meta": meta})

    def to_dict(self) -> Dict[str, Json]:
        return dict(self.document)

    def _where(self, **part: Json) -> Rule:
        return Rule({**self.document, "where": {**self.document["where"], **part}})


def all_of(*conditions: Condition) -> Dict[str, Json]:
    """All of these must hold."""
    return {"$and": list(conditions)}


def any_of(*conditions: Condition) -> Dict[str, Json]:
    """One of these must hold; with none at all it holds."""
    return {"$or": list(conditions)}


@dataclasses.dataclass(frozen=True)
class Resource:
    """A resource whose type stands beside its attributes."""

    type: str
    attributes: object = None


def resource(type: str, attributes: object = None) -> Resource:
    """A resource of a type; attributes are a mapping, a dataclass, or any object with data of its own."""
    return Resource(type, attributes)


class Rules(Engine):
    """A compiled, immutable rule list, from JSON text, from dicts, or as built with :class:`Rule`."""

    def __new__(cls, rules: Union[str, bytes, Iterable[Union[Rule, Mapping[str, Json]]]]) -> Rules:
        return super().__new__(cls, _text(rules))  # type: ignore[return-value]

    @classmethod
    def parse(cls, text: Union[str, bytes]) -> Rules:
        """Loads JSON text exactly as written: repeated keys are seen and no digit is lost."""
        if not isinstance(text, (str, bytes)):
            raise TypeError("`Rules.parse` takes JSON text; for rules as objects use `Rules(…)`")
        return cls(text)

    def decide(self, action: str, resource_type: str, attributes: object = None) -> Answer:
        """The answer with the rule that gave it."""
        return Answer(*self._decide(action, resource_type, attributes))

    def which_actions(self, resource_type: str, attributes: object = None) -> Tuple[Dict[str, Answer], Answer]:
        """The answers for each action that a rule mentions, and the one for all others."""
        named, other = self._which_actions(resource_type, attributes)
        return {action: Answer(*pair) for action, pair in named.items()}, Answer(*other)

    def explain(
        self,
        action: str,
        resource_type: str,
        attributes: object = None,
        *,
        show: Optional[Iterable[str]] = None,
        hide: Optional[Iterable[str]] = None,
    ) -> Explanation:
        """Why the answer is what it is; only the values of ``show``, and none of ``hide``, are told."""
        shown = None if show is None else _set(show)
        hidden = None if hide is None else _set(hide)
        return Explanation(*self._explain(action, resource_type, attributes, shown, hidden))

    def lint(self) -> List[Finding]:
        """What in the rules cannot have an effect, or may have another than meant."""
        return [Finding(**finding) for finding in json.loads(self._lint())]

    def diff(self, other: RulesLike) -> Diff:
        """Requests that other rules answer differently."""
        told, exhaustive = self._diff(_compiled(other))
        differences = [
            Difference(**{**told, "before": Answer(*told["before"]), "after": Answer(*told["after"])})
            for told in json.loads(told)
        ]
        return Diff(differences, exhaustive)

    def filter(
        self,
        action: str,
        resource_type: str,
        known: object = None,
        *,
        complete_under: Union[str, Iterable[str]] = (),
    ) -> Filter:
        """What the rules ask of resources of a type for one action.

        What is ``known`` is taken as given, attributes whose names begin with one of ``complete_under`` are missing
        unless known, and all others may be anything.
        """
        prefixes = [complete_under] if isinstance(complete_under, str) else list(complete_under)
        return Filter(self._filter(action, resource_type, known, prefixes), action, resource_type)

    def test(self, suite: Union[str, Mapping[str, Json], Iterable[Mapping[str, Json]]]) -> Report:
        """Runs test cases that stand beside rules: JSON text, a suite, or its cases."""
        if not isinstance(suite, str):
            whole = suite if isinstance(suite, Mapping) else {"cases": list(suite)}
            suite = json.dumps(whole, allow_nan=False)
        report = json.loads(self._test(suite))
        report["results"] = [Result(**result) for result in report["results"]]
        return Report(**report)

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.to_json(),)


RulesLike = Union[Rules, Rule, str, bytes, Iterable[Union[Rule, Mapping[str, Json]]]]


def can(subject: RulesLike, action: str, resource: object) -> bool:
    """Whether the rules let the action be done. Rules that are asked often: compile them once with ``Rules``.

    A resource is made by :func:`resource`, or a mapping with a ``type`` (which is then no attribute), or an
    object whose class says its type as ``__resource_type__``.
    """
    return _compiled(subject).can(action, *_question(resource))


def _compiled(rules: RulesLike) -> Rules:
    if isinstance(rules, Rules):
        return rules
    return Rules([rules] if isinstance(rules, Rule) else rules)


def attributes_of(thing: object) -> Dict[str, object]:
    """The data an object stores. Nothing is computed for a rule: properties and methods are no attributes."""
    if isinstance(thing, Mapping):
        return dict(thing)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return dict(zip(thing._fields, thing))
    slots = _slots(type(thing))
    if isinstance(thing, type) or not (hasattr(thing, "__dict__") or slots):
        raise TypeError(
            f"attributes are a mapping, a dataclass or an object with data of its own, not `{type(thing).__name__}`"
        )
    found = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    found.update(getattr(thing, "__dict__", {}))
    return {name: value for name, value in found.items() if not name.startswith("_")}


def _slots(cls: type) -> List[str]:
    found: List[str] = []
    for base in cls.__mro__:
        names = base.__dict__.get("__slots__", ())
        found.extend([names] if isinstance(names, str) else names)
    return [name for name in found if not name.startswith("_")]


def _question(thing: object) -> Tuple[str, object]:
    if isinstance(thing, Resource):
        return thing.type, thing.attributes
    if isinstance(thing, Mapping):
        if "type" not in thing:
            raise TypeError("a resource as a mapping needs a `type`; or use `resource(type, attributes)`")
        return thing["type"], {name: value for name, value in thing.items() if name != "type"}
    kind = getattr(type(thing), "__resource_type__", None)
    if not isinstance(kind, str):
        raise TypeError(
            f"what type of resource is a `{type(thing).__name__}`? say it as `__resource_type__` in its class, "
            "or use `resource(type, attributes)`"
        )
    return kind, thing


def _names(names: Tuple[Names, ...]) -> List[str]:
    found: List[str] = []
    for item in names:
        found.extend([item] if isinstance(item, str) else item)
    return found


def _set(names: Iterable[str]) -> "set[str]":
    # A lone text would be taken for its letters.
    return {names} if isinstance(names, str) else set(names)


def _text(rules: Union[str, bytes, Iterable[Union[Rule, Mapping[str, Json]]]]) -> str:
    if isinstance(rules, str):
        return rules
    if isinstance(rules, bytes):
        return rules.decode("utf-8")
    if isinstance(rules, (Mapping, Rule)):
        raise TypeError("rules are a list; put a single rule into one")
    return json.dumps([rule.document if isinstance(rule, Rule) else rule for rule in rules], allow_nan=False)
