"""The part of XPath that configuration filters use: names, ``*``, ``//``, and predicates on attributes or positions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from winsim.world.iis.schema import ElementSchema, Schema
from winsim.world.iis.tree import Element

STEP = re.compile(r"(?P<name>\*|\.|[\w.\-]+)(?P<predicates>(?:\[[^\]]*\])*)")
TEST = re.compile(r"@(?P<name>[\w.\-]+)\s*(?P<operator>=|!=)\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\")")


class FilterError(ValueError):
    """The filter is not one that this part of XPath covers."""


@dataclass(frozen=True)
class Test:
    name: str
    value: str
    equal: bool = True


@dataclass(frozen=True)
class Step:
    """``position`` counts from 1; -1 is last()."""

    name: str
    deep: bool = False
    tests: tuple[tuple[Test, ...], ...] = ()  # alternatives of tests that all hold
    position: int = 0


@dataclass(frozen=True)
class Match:
    """An element that a filter found: the section, and the way from the section's root to it."""

    section: str
    trail: tuple[tuple[str, Element], ...]  # child name or member tag, with the effective element
    element: Element = field(compare=False)

    @property
    def path(self) -> str:
        """The filter that names exactly this element."""
        return "/" + "/".join([self.section, *(_step_text(name, element) for name, element in self.trail)])


def _step_text(name: str, element: Element) -> str:
    keys = [a.name for a in element.schema.attributes.values() if a.unique_key or a.combined_key]
    tests = " and ".join(f"@{key}='{element.text(key)}'" for key in keys)
    return f"{name}[{tests}]" if tests else name


def parse_filter(text: str) -> list[Step]:
    steps: list[Step] = []
    position, deep = 0, False
    while position < len(text):
        if text[position] == "/":
            deep = text.startswith("//", position)
            position += 2 if deep else 1
            continue
        found = STEP.match(text, position)
        if found is None:
            raise FilterError(text)
        steps.append(_step(found["name"], deep, found["predicates"], text))
        position, deep = found.end(), False
    return steps


def _step(name: str, deep: bool, predicates: str, text: str) -> Step:
    alternatives: list[tuple[Test, ...]] = []
    position = 0
    for body in re.findall(r"\[([^\]]*)\]", predicates):
        inner = body.strip()
        if inner.isdigit():
            position = int(inner)
        elif inner == "last()":
            position = -1
        else:
            found = [tuple(_tests(part, text)) for part in re.split(r"\s+or\s+", inner)]
            alternatives = [a + b for a in alternatives for b in found] if alternatives else found
    return Step(name, deep, tuple(alternatives), position)


def _tests(body: str, text: str) -> Iterator[Test]:
    for part in re.split(r"\s+and\s+", body):
        found = TEST.fullmatch(part.strip())
        if found is None:
            raise FilterError(text)
        value = found["single"] if found["single"] is not None else found["double"]
        yield Test(found["name"], value, found["operator"] == "=")


def section_steps(schema: Schema, steps: list[Step]) -> list[tuple[str, list[Step]]]:
    """The sections that a filter can mean, each with the steps inside it."""
    if steps and steps[0].deep:
        return _deep_sections(schema, steps)
    for end in range(len(steps), 0, -1):
        if any(step.deep or step.tests or step.name == "*" for step in steps[:end]):
            continue
        section = schema.section("/".join(step.name for step in steps[:end]))
        if section is not None:
            return [(section.path, steps[end:])]
    return []


def _deep_sections(schema: Schema, steps: list[Step]) -> list[tuple[str, list[Step]]]:
    """``//globalRules/rule``: a section by its last name, else an element anywhere in any section."""
    found = []
    for section in schema.sections.values():
        tail = section.path.lower().split("/")
        names = [step.name.lower() for step in steps]
        for length in range(min(len(tail), len(names)), 0, -1):
            if tail[-length:] == names[:length] and not any(step.tests for step in steps[:length]):
                found.append((section.path, steps[length:]))
                break
    if found:
        return found
    return [(s.path, steps) for s in schema.sections.values() if _mentions(s.root, steps[0].name)]


def _mentions(schema: ElementSchema, name: str, depth: int = 0) -> bool:
    if depth > 8:
        return False
    below = [*schema.children.values(), *(c.member for c in schema.collections.values())]
    return any(child.name.lower() == name.lower() or _mentions(child, name, depth + 1) for child in below)


def select(section: str, root: Element, steps: list[Step]) -> list[Match]:
    current = [Match(section, (), root)]
    for step in steps:
        if step.name == ".":
            continue
        current = [found for match in current for found in _advance(match, step)]
    return current


def _advance(match: Match, step: Step) -> list[Match]:
    found = []
    for candidate in _below(match, step.deep, bool(step.name == "*")):
        name, element = candidate.trail[-1]
        if step.name not in ("*",) and name.lower() != step.name.lower():
            continue
        if not step.tests or any(all(_holds(element, test) for test in tests) for tests in step.tests):
            found.append(candidate)
    if step.position:
        index = step.position - 1 if step.position > 0 else -1
        return found[index : index + 1 or None] if -len(found) <= index < len(found) else []
    return found


def _below(match: Match, deep: bool, written_only: bool) -> Iterator[Match]:
    for child in match.element.all_children():
        if written_only and child.is_empty and not child.schema.attributes:
            continue
        inner = Match(match.section, (*match.trail, (child.schema.name, child)), child)
        yield inner
        if deep:
            yield from _below(inner, deep, written_only)
    for member in match.element.members:
        inner = Match(match.section, (*match.trail, (member.schema.name, member)), member)
        yield inner
        if deep:
            yield from _below(inner, deep, written_only)


def _holds(element: Element, test: Test) -> bool:
    if element.schema.attribute(test.name) is None:
        return False
    same = element.text(test.name).lower() == test.value.lower()
    return same is test.equal
