"""Properties as appcmd writes them: ``processModel.userName:x``, ``+files.[@start,value='a.htm']``, ``-[name='rule']``.

A path goes through child elements by name and to members of a collection by their attributes in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from winsim.world.iis.tree import Element
from winsim.world.iis.xpath import Match

PAIR = re.compile(r"\s*(?P<name>[\w.]+)\s*=\s*'(?P<value>(?:[^']|'')*)'\s*")
POSITION = re.compile(r"\s*@(?P<at>start|end|\d+)\s*", re.I)


class EditError(ValueError):
    """The text is not the path of a property."""


@dataclass(frozen=True)
class Step:
    """A child element's name, or (``keys``) a member of a collection; ``at`` is where a new one goes."""

    name: str = ""
    keys: Mapping[str, str] | None = None
    at: int | None = None


@dataclass(frozen=True)
class Edit:
    """``value`` is None where no colon was written."""

    kind: Literal["set", "add", "remove"]
    steps: tuple[Step, ...] = field(default=())
    value: str | None = None

    @property
    def name(self) -> str:
        return ".".join(step.name or "[]" for step in self.steps)


def parse_edit(text: str) -> Edit:
    kinds: dict[str, Literal["add", "remove"]] = {"+": "add", "-": "remove"}
    kind = kinds.get(text[:1])
    path, value = _split(text[1:] if kind else text)
    return Edit(kind or "set", tuple(_steps(path)), value)


def _split(text: str) -> tuple[str, str | None]:
    """At the first colon outside of brackets."""
    depth, quoted = 0, False
    for index, sign in enumerate(text):
        if sign == "'" and depth:
            quoted = not quoted
        elif not quoted and sign in "[]":
            depth += 1 if sign == "[" else -1
        elif sign == ":" and not depth:
            return text[:index], text[index + 1 :]
    return text, None


def _steps(path: str) -> list[Step]:
    steps: list[Step] = []
    position = 0
    while position < len(path):
        if path[position] == "[":
            end = _closing(path, position)
            steps.append(_member(path[position + 1 : end]))
            position = end + 1
        else:
            found = re.compile(r"[^.\[\]]+").match(path, position)
            if found is None:
                raise EditError(path)
            steps.append(Step(found[0]))
            position = found.end()
        if position < len(path) and path[position] == ".":
            position += 1
            if position == len(path):
                raise EditError(path)
    if not steps:
        raise EditError(path)
    return steps


def _closing(path: str, start: int) -> int:
    quoted = False
    for index in range(start, len(path)):
        if path[index] == "'":
            quoted = not quoted
        elif path[index] == "]" and not quoted:
            return index
    raise EditError(path)


def _member(body: str) -> Step:
    keys: dict[str, str] = {}
    at: int | None = None
    position = 0
    while position < len(body):
        place = POSITION.match(body, position)
        pair = PAIR.match(body, position)
        if place is not None:
            at = {"start": 0, "end": None}.get(place["at"].lower(), int(place["at"]) if place["at"].isdigit() else None)
        elif pair is not None:
            keys[pair["name"]] = pair["value"].replace("''", "'")
        else:
            raise EditError(body)
        position = (place or pair).end()  # type: ignore[union-attr]
        if position < len(body):
            if body[position] != ",":
                raise EditError(body)
            position += 1
    return Step("", keys, at)


def walk(match: Match, steps: tuple[Step, ...]) -> Match | None:
    """The element that the steps lead to from a match; None where there is none."""
    for step in steps:
        inner = _inner(match.element, step)
        if inner is None:
            return None
        match = Match(match.section, (*match.trail, (inner.schema.name, inner)), inner)
    return match


def _inner(element: Element, step: Step) -> Element | None:
    if step.keys is None:
        return element.child(step.name) if element.schema.child(step.name) is not None else None
    for member in element.members:
        if all(
            member.schema.attribute(name) is not None and member.text(name).lower() == value.lower()
            for name, value in step.keys.items()
        ):
            return member
    return None
