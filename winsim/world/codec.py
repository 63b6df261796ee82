"""State to JSON and back: dataclasses, containers, bytes, dates; self-describing, so any product's state goes through.

Fields with ``metadata={"transient": True}`` are left out and take their defaults. Objects are trees: a dataclass that
is reachable twice is saved twice.
"""

from __future__ import annotations

import dataclasses
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

from winsim.world.parts import resolve

TAG = "$"
Encoder = Callable[[Any], Any]


class CannotSave(TypeError):
    """A value that state must not hold."""


@cache
def saved_fields(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.init and not f.metadata.get("transient"))


def encode(value: Any) -> Any:
    return _encoder(type(value))(value)


def _make_encoder(kind: Any) -> Encoder:
    if kind in (str, int, float, bool, type(None)):
        return _same
    if dataclasses.is_dataclass(kind):
        return _dataclass_encoder(kind)
    if issubclass(kind, Enum):
        tag = f"{kind.__module__}:{kind.__qualname__}"
        return lambda value: {TAG: "enum", "of": tag, "v": value.value}
    simple: dict[type, Encoder] = {
        list: lambda value: [_encoder(type(item))(item) for item in value],
        dict: _encode_dict,
        tuple: lambda value: {TAG: "tuple", "v": [encode(item) for item in value]},
        set: lambda value: {TAG: "set", "v": [encode(item) for item in sorted(value)]},
        frozenset: lambda value: {TAG: "frozenset", "v": [encode(item) for item in sorted(value)]},
        bytes: lambda value: {TAG: "bytes", "v": b64encode(value).decode()},
        datetime: lambda value: {TAG: "time", "v": value.isoformat()},
        timedelta: lambda value: {TAG: "span", "v": [value.days, value.seconds, value.microseconds]},
    }
    if kind in simple:
        return simple[kind]
    for base in (int, float, str):
        if issubclass(kind, base):  # Int64, Char ...: values.py
            tag, plain = f"{kind.__module__}:{kind.__qualname__}", base
            return lambda value: {TAG: "number", "of": tag, "v": plain(value)}
    raise CannotSave(f"{kind.__module__}.{kind.__qualname__}")


_encoder: Callable[[Any], Encoder] = cache(_make_encoder)


def _same(value: Any) -> Any:
    return value


def _dataclass_encoder(kind: Any) -> Encoder:
    tag, names = f"{kind.__module__}:{kind.__qualname__}", saved_fields(kind)

    def encode_dataclass(value: Any) -> Any:
        result = {TAG: tag}
        for name in names:
            item = getattr(value, name)
            result[name] = _encoder(type(item))(item)
        return result

    return encode_dataclass


def _encode_dict(value: dict[Any, Any]) -> Any:
    if all(type(key) is str for key in value) and TAG not in value:
        return {key: _encoder(type(item))(item) for key, item in value.items()}
    return {TAG: "dict", "v": [[encode(key), encode(item)] for key, item in value.items()]}


def decode(data: Any) -> Any:
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    tag = data.get(TAG)
    if tag is None:
        return {key: decode(item) for key, item in data.items()}
    reader = _READERS.get(tag)
    if reader is not None:
        return reader(data)
    kind = _class(tag)
    names = saved_fields(kind)
    return kind(**{name: decode(data[name]) for name in names if name in data})


@cache
def _class(tag: str) -> type:
    kind: type = resolve(tag)
    if not dataclasses.is_dataclass(kind):
        raise CannotSave(tag)
    return kind


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "tuple": lambda data: tuple(decode(item) for item in data["v"]),
    "set": lambda data: {decode(item) for item in data["v"]},
    "frozenset": lambda data: frozenset(decode(item) for item in data["v"]),
    "bytes": lambda data: b64decode(data["v"]),
    "time": lambda data: datetime.fromisoformat(data["v"]),
    "span": lambda data: timedelta(*data["v"]),
    "dict": lambda data: {decode(key): decode(item) for key, item in data["v"]},
    "enum": lambda data: resolve(data["of"])(data["v"]),
    "number": lambda data: resolve(data["of"])(data["v"]),
}
