"""What the rules ask of resources that are not known yet: in memory, as SQL, as a DynamoDB expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Dict, List, NamedTuple, Optional, Union

from ._engine import Residual


class Column(NamedTuple):
    """Where an attribute is stored."""

    #: Copied into the clause as it is: write names quoted and qualified as the query needs them, and never put data
    #: in it.
    sql: str
    #: ``text`` (compared by bytes), ``integer`` (at most 64 bits), ``real``, ``boolean``, or ``json`` (valid JSON
    #: text in SQLite, ``jsonb`` in PostgreSQL).
    kind: str
    nullable: bool = True


class Sql(NamedTuple):
    """A ``WHERE`` clause, without the word."""

    text: str
    #: Text, ints of at most 64 bits, and floats.
    parameters: List[Any]
    #: Whether it selects just what the filter accepts; otherwise it selects more, to be checked with ``accepts``.
    exact: bool
    #: What it asks only in part or not at all, in words.
    residue: List[str]


class Dynamo(NamedTuple):
    """A DynamoDB ``FilterExpression`` with what it refers to."""

    #: ``all``: leave the expression out. ``none``: do not ask at all. Otherwise ``where``.
    selection: str
    expression: Optional[str]
    #: ``ExpressionAttributeNames``.
    names: Dict[str, str]
    #: ``ExpressionAttributeValues``, in DynamoDB's JSON.
    values: Dict[str, Dict[str, Any]]
    #: Whether it selects just what the filter accepts; otherwise it selects more, to be checked with ``accepts``.
    exact: bool
    #: What it asks only in part or not at all, in words.
    residue: List[str]


class Filter:
    """What rules ask of resources of a type; made by :meth:`Rules.filter`."""

    __slots__ = ("_residual", "action", "type")

    def __init__(self, residual: Residual, action: str, type: str) -> None:
        self._residual = residual
        self.action = action
        self.type = type

    def accepts(self, attributes: object = None) -> bool:
        """Whether a resource with these attributes is accepted: just when the rules allow the action on it.

        What was known need not be given again, and does not count if it is.
        """
        return self._residual.accepts(attributes)

    @property
    def attributes(self) -> List[str]:
        """The attributes that the answer depends on."""
        return self._residual.attributes

    @property
    def is_always(self) -> bool:
        """Whether every resource of the type is accepted, as far as that was proved."""
        return self._residual.is_always

    @property
    def is_never(self) -> bool:
        """Whether no resource of the type is accepted, as far as that was proved."""
        return self._residual.is_never

    def to_sql(self, dialect: str, columns: Mapping[str, Union[Column, tuple[Any, ...]]], *, first: int = 1) -> Sql:
        """A clause for ``sqlite`` or ``postgres``, whose parameters (``?1``, ``$1``) count from ``first``.

        Attributes without a column are left to :meth:`accepts`.
        """
        stored = {name: Column(*column) for name, column in columns.items()}
        return Sql(*self._residual.to_sql(dialect, stored, first))

    def to_dynamo(self) -> Dynamo:
        """A filter expression; an attribute is the item's top-level attribute of the same name."""
        return Dynamo(*self._residual.to_dynamo())

    def __str__(self) -> str:
        return str(self._residual)

    def __repr__(self) -> str:
        return f"<Filter: {self.action} on {self.type}: {self}>"
