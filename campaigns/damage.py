"""Small damages to bytes that go over the wire, drawn from a seeded source of chance."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable
from typing import Final

_BASE64 = re.compile(rb"(?<=[> ])[A-Za-z0-9+/]{40,}={0,2}(?=[<\r])")
_REPLACEMENTS: Final = (
    (b"rsp:", b"w:"), (b"Action", b"Actoin"), (b"CommandId", b"Command"), (b"<s:Body>", b"<s:Body><x>"),
    (b"uuid:", b"\xff\xfe"), (b"<s:Header>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><s:Header>"), (b"2.2", b"9.9"),
    (b"S>", b"Obj>"), (b"ShellId", b"Shellid"), (b"PT0.05S", b"PT-1S"), (b"I32", b"U64"), (b"RefId", b"refid"),
    (b"Stream ", b"Stream End='true' "), (b"stdin", b"stdout"), (b"utf-8", b"utf-32"), (b"N=", b"M="),
    (b"<LST>", b"<IE>"), (b"B N", b"S N"), (b"TN", b"TNRef"), (b"153600", b"99999999999999999999"),
)  # fmt: skip

Damage = Callable[[bytes, random.Random], bytes]


def damage(data: bytes, chance: random.Random) -> bytes:
    """One to three changes: bytes, pieces, tags, numbers, or what stands in base64. Never the data as it was."""
    for _ in range(20):
        changed = data
        for _ in range(chance.randint(1, 3)):
            changed = chance.choice(_DAMAGES)(changed, chance)
        if changed != data:
            return changed
    return data + b"\0"


def flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]


def cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randint(1, 60) :]


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start : start + chance.randint(1, 80)] * chance.randint(2, 50) + data[start:]


def number(data: bytes, chance: random.Random) -> bytes:
    digits = [index for index, value in enumerate(data) if 48 <= value <= 57]
    if not digits:
        return data
    at = chance.choice(digits)
    return data[:at] + chance.choice((b"-1", b"99999999999999999999", b"0", b"x", b"")) + data[at + 1 :]


def replace(data: bytes, chance: random.Random) -> bytes:
    found = [pair for pair in _REPLACEMENTS if pair[0] in data]
    if not found:
        return flip(data, chance)
    old, new = chance.choice(found)
    return data.replace(old, new, chance.choice((1, -1)))


def swap(data: bytes, chance: random.Random) -> bytes:
    """Two elements that follow each other change places."""
    borders = [match.start() for match in re.finditer(rb"<", data)]
    if len(borders) < 3:
        return data
    at = chance.randrange(len(borders) - 2)
    first, second, third = borders[at : at + 3]
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def inside(data: bytes, chance: random.Random) -> bytes:
    """Changes what base64 holds: fragments, messages, tokens."""
    found = list(_BASE64.finditer(data))
    if not found:
        return flip(data, chance)
    match = chance.choice(found)
    try:
        inner = base64.b64decode(match.group())
    except ValueError:
        return data
    changed = chance.choice((flip, cut, cut_off, repeat, number, replace, swap))(inner, chance)
    return data[: match.start()] + base64.b64encode(changed) + data[match.end() :]


_DAMAGES: Final[tuple[Damage, ...]] = (flip, cut, cut_off, repeat, number, replace, swap, inside, inside, inside)
