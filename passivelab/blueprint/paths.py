"""Paths such as ``item.pool.fqdn`` in role.yml, and texts with ``{path}`` in them. No expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from passivelab.lab.binding import did_you_mean

FIELD = re.compile(r"\{([^{}]*)\}")
ROOTS = ("lab", "host", "role", "item")
PATH = re.compile(rf"({'|'.join(ROOTS)})(\.[A-Za-z_]\w*)*\Z")


@dataclass(frozen=True)
class Missing(Exception):
    """The path leads nowhere."""

    path: str
    reason: str
    hint: str | None = None


def follow(path: str, scope: Mapping[str, object]) -> object:
    """The value at the path."""
    root, *names = path.split(".")
    if not PATH.match(path):
        raise Missing(path, f"{path!r} is not a path", "a path starts with lab, host, role or item")
    if root not in scope:
        raise Missing(path, f"there is no {root} here", "item is there where the step has each")
    value = scope[root]
    done = root
    for name in names:
        value = member(value, name, path, done)
        done = f"{done}.{name}"
    return value


def member(value: object, name: str, path: str, done: str) -> object:
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        known = [str(key) for key in value]
    else:
        if not name.startswith("_") and hasattr(value, name):
            found: object = getattr(value, name)
            return found
        known = [key for key in dir(value) if not key.startswith("_")]
    raise Missing(path, f"{done} has no {name}", did_you_mean(name, known))


def fill(text: str, scope: Mapping[str, object]) -> str:
    """The text with each {path} replaced by its value."""

    def value_of(match: re.Match[str]) -> str:
        value = follow(match[1].strip(), scope)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
        raise Missing(match[1], f"{match[1]} is {type(value).__name__}, not a text or a number")

    return FIELD.sub(value_of, text)


def text_or_path(text: str, scope: Mapping[str, object]) -> str:
    """A text with {path} in it, a bare path, or just a text."""
    if FIELD.search(text):
        return fill(text, scope)
    return fill(f"{{{text}}}", scope) if PATH.match(text) else text


def holds(condition: str, scope: Mapping[str, object]) -> bool:
    """Whether a path, or ``not`` and a path, is true."""
    negated = condition.startswith("not ")
    return bool(follow(condition.removeprefix("not ").strip(), scope)) != negated
