"""Core types to JSON and back, exactly: any float64 returns bit for bit, by the types' own field annotations.

A type that can stand in for another (Move or Hold, Allowed or Refused, Solved or Unsolved) carries its name under
"is". Fields that a later version adds come back with their defaults; nothing is ever pickled or evaluated.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from ironworks.core.decision import Allowed, Hold, Move, Refused, Solved, Unsolved
from ironworks.core.errors import CallError, RecordError

_NAMED = {kind.__name__: kind for kind in (Move, Hold, Allowed, Refused, Solved, Unsolved)}


def encode(value: Any) -> Any:
    """A core value as JSON-able dictionaries and lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        fields = {name: encode(getattr(value, name)) for name in _fields(type(value))}
        return {"is": kind, **fields} if kind in _NAMED else fields
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def to_text(value: Any) -> str:
    """`encode` as one line of ASCII JSON, so that a hash over it is a hash over bytes."""
    return json.dumps(encode(value), separators=(",", ":"), default=_number)


def _number(value: Any) -> float:
    """Numbers of numerical libraries that are not Python's own."""
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise CallError(
            f"a {type(value).__name__} cannot be recorded", expected="numbers, texts and core types"
        ) from error


def from_text(hint: Any, text: str) -> Any:
    """The value of type `hint` whose `to_text` gave that text."""
    return decode(hint, json.loads(text))


def decode(hint: Any, data: Any) -> Any:
    """The value of type `hint` from what `encode` made of it; RecordError when the data do not fit."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(arguments, data)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(decode(arguments[0], item) for item in data)
        return tuple(decode(kind, item) for kind, item in zip(arguments, data, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {key: decode(arguments[1], item) for key, item in data.items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        known = _fields(hint)
        return hint(**{name: decode(kind, data[name]) for name, kind in known.items() if name in data})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    return data


def _decode_union(members: tuple[Any, ...], data: Any) -> Any:
    if data is None:
        return None
    if isinstance(data, dict) and "is" in data:
        if data["is"] not in _NAMED:
            raise RecordError(
                f"unknown type '{data['is']}' in the record",
                expected=", ".join(_NAMED),
                remedy="read it with the version of ironworks that wrote it",
            )
        return decode(_NAMED[data["is"]], data)
    present = [member for member in members if member is not type(None)]
    return decode(present[0], data) if len(present) == 1 else data


@cache
def _fields(kind: type) -> dict[str, Any]:
    """Field names of a dataclass with their types, in order."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
