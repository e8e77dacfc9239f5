"""Conditions of protocol files: when a field or a row is asked. Never `eval`: a tree of four node kinds.

Names are columns of the record, or answers as `answers.prefix.code`. Source: docs/protocol.md, "Conditions".
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Literal = str | int | float | bool
LONGEST = 1000
"""Characters of a condition: what a person can still read, and far below what the parser can take."""

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
}


@dataclass(frozen=True)
class Name:
    path: str

    def value(self, record: Mapping[str, Any]) -> Any:
        if self.path.startswith("answers."):
            return (record.get("answers") or {}).get(self.path.removeprefix("answers."))
        return record.get(self.path)


@dataclass(frozen=True)
class Constant:
    literal: Literal | tuple[Literal, ...]

    def value(self, _record: Mapping[str, Any]) -> Any:
        return self.literal


@dataclass(frozen=True)
class Comparison:
    left: Name | Constant
    operator: str
    right: Name | Constant

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether the comparison holds. An unknown operand makes it false, also for `!=` and `not in`."""
        left, right = self.left.value(record), self.right.value(record)
        if left is None or right is None:
            return False
        try:
            return bool(COMPARE[self.operator](left, right))
        except TypeError:
            return False


@dataclass(frozen=True)
class Said:
    """A name alone: holds for `True` and for the answer `yes`, so that "no" is never taken for true."""

    name: Name

    def holds(self, record: Mapping[str, Any]) -> bool:
        value = self.name.value(record)
        return value is True or value == "yes"


@dataclass(frozen=True)
class Both:
    """`and`, `or` (`word`) of its parts; `not` of its one part."""

    word: str
    parts: tuple[Node, ...]

    def holds(self, record: Mapping[str, Any]) -> bool:
        if self.word == "not":
            return not self.parts[0].holds(record)
        join = all if self.word == "and" else any
        return join(part.holds(record) for part in self.parts)


Node = Comparison | Said | Both


@dataclass(frozen=True)
class Condition:
    """A parsed condition; equal and hashable by its text and tree."""

    text: str
    root: Node

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether the condition holds for a record (columns and `answers`)."""
        return self.root.holds(record)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name it reads."""
        return frozenset(name.path for node in _leaves(self.root) for name in _names(node))

    @cached_property
    def literals(self) -> tuple[tuple[str, Literal], ...]:
        """Pairs (name, literal) that are compared, in order; a list gives one pair for each of its values."""
        return tuple(
            (name.path, literal)
            for node in _leaves(self.root)
            if isinstance(node, Comparison)
            for name in _names(node)
            for literal in _values(node)
        )

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Condition:
    """The condition in `text`. Raises ValueError with the reason as its message (a code, then what)."""
    if len(text) > LONGEST:
        raise ValueError(f"too_long {len(text)}")
    if "\\" in text:
        raise ValueError("not_allowed backslash")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ValueError("syntax") from error
    return Condition(text, _node(tree.body))


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.BoolOp(op=ast.And(), values=parts):
            return Both("and", tuple(_node(part) for part in parts))
        case ast.BoolOp(op=ast.Or(), values=parts):
            return Both("or", tuple(_node(part) for part in parts))
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return Both("not", (_node(part),))
        case ast.Compare():
            return _comparison(tree)
        case ast.Name() | ast.Attribute():
            return Said(Name(_path(tree)))
    raise ValueError(f"not_allowed {type(tree).__name__}")


def _comparison(tree: ast.Compare) -> Node:
    """One comparison, or for a chain (`15 <= age_min <= 17`) the `and` of its links."""
    operands = [tree.left, *tree.comparators]
    links: list[Node] = []
    for left, op, right in zip(operands, tree.ops, operands[1:], strict=False):
        word = type(op).__name__
        if word not in COMPARE:
            raise ValueError(f"not_allowed {word}")
        if isinstance(op, ast.In | ast.NotIn) != isinstance(right, ast.List | ast.Tuple):
            raise ValueError("list_expected" if isinstance(op, ast.In | ast.NotIn) else "list_unexpected")
        if isinstance(left, ast.List | ast.Tuple):
            raise ValueError("list_unexpected")
        links.append(Comparison(_operand(left), word, _operand(right)))
    return links[0] if len(links) == 1 else Both("and", tuple(links))


def _operand(tree: ast.expr) -> Name | Constant:
    match tree:
        case ast.Name() | ast.Attribute():
            return Name(_path(tree))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return Constant(tuple(_literal(part) for part in parts))
    return Constant(_literal(tree))


def _literal(tree: ast.expr) -> Literal:
    match tree:
        case ast.Constant(value=str() | int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise ValueError(f"not_allowed {type(tree).__name__}")


def _path(tree: ast.expr) -> str:
    if isinstance(tree, ast.Name):
        return tree.id
    if isinstance(tree, ast.Attribute):
        return f"{_path(tree.value)}.{tree.attr}"
    raise ValueError(f"not_allowed {type(tree).__name__}")


def _leaves(node: Node) -> Iterator[Comparison | Said]:
    if isinstance(node, Both):
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield node


def _names(node: Comparison | Said) -> Iterator[Name]:
    operands = (node.name,) if isinstance(node, Said) else (node.left, node.right)
    return (operand for operand in operands if isinstance(operand, Name))


def _values(node: Comparison) -> Iterator[Literal]:
    for operand in (node.left, node.right):
        if isinstance(operand, Constant):
            yield from operand.literal if isinstance(operand.literal, tuple) else (operand.literal,)
