"""What is wanted against what is there, property by property."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from passivelab.compare.rules import FORMS


class Absent(Enum):
    """The type of ABSENT: a property, or the whole thing, that is not there (a null is there)."""

    ABSENT = "absent"

    def __str__(self) -> str:
        return "(absent)"


ABSENT: Final = Absent.ABSENT


class Rules(Protocol):
    """How one property is compared: the blueprint's Comparison fits."""

    @property
    def rule(self) -> str: ...

    @property
    def members(self) -> str: ...

    @property
    def without(self) -> Sequence[object]: ...


@dataclass(frozen=True)
class _Exact:
    rule: str = "exact"
    members: str = "exclusive"
    without: Sequence[object] = ()


@dataclass(frozen=True)
class Difference:
    """One property that is not as wanted; ``path`` is empty when the whole thing must go."""

    path: str
    wanted: object
    got: object


def differences(
    wanted: Mapping[str, object] | None, got: Mapping[str, object] | None, rules: Mapping[str, Rules] | None = None
) -> tuple[Difference, ...]:
    """The differences between a desired and a current state; ``None`` is a thing that is absent.

    Properties that are not wanted are not compared. Names of properties carry no case, as in PowerShell. A value that
    is not plain (one that another step will give) equals nothing.
    """
    if wanted is None:
        return () if got is None else (Difference("", ABSENT, dict(got)),)
    found = {name.casefold(): value for name, value in (got or {}).items()}
    by_name = {name.casefold(): rule for name, rule in (rules or {}).items()}
    result: list[Difference] = []
    for name, value in wanted.items():
        rule = by_name.get(name.casefold(), _Exact())
        result.extend(_compare(name, value, found.get(name.casefold(), ABSENT), rule))
    if got is None and not result:
        result.append(Difference("", dict(wanted), ABSENT))
    return tuple(result)


def same(left: object, right: object, rule: Rules | None = None) -> bool:
    """Whether two values mean the same under a rule."""
    return not any(_compare("", left, right, rule or _Exact()))


def _compare(path: str, wanted: object, got: object, rule: Rules) -> Iterator[Difference]:
    if got is ABSENT:
        yield Difference(path, wanted, got)
    elif isinstance(wanted, Mapping):
        yield from _compare_maps(path, wanted, got, rule)
    elif isinstance(wanted, list):
        yield from _compare_lists(path, wanted, got, rule)
    elif isinstance(got, list | Mapping) or not _equal(wanted, got, rule):
        yield Difference(path, wanted, got)


def _compare_maps(path: str, wanted: Mapping[str, object], got: object, rule: Rules) -> Iterator[Difference]:
    if not isinstance(got, Mapping):
        yield Difference(path, dict(wanted), got)
        return
    found = {str(name).casefold(): value for name, value in got.items()}
    for name, value in wanted.items():
        yield from _compare(f"{path}.{name}", value, found.pop(name.casefold(), ABSENT), rule)
    if rule.members != "managed":
        for name, value in got.items():
            if str(name).casefold() in found:
                yield Difference(f"{path}.{name}", ABSENT, value)


def _compare_lists(path: str, wanted: list[object], got: object, rule: Rules) -> Iterator[Difference]:
    # PowerShell gives a list of one as its member, and an empty one as null.
    found: list[object] = got if isinstance(got, list) else [] if got is None else [got]
    keys, others = [_key(value, rule) for value in wanted], [_key(value, rule) for value in found]
    if rule.rule == "set":
        left, right = set(keys), set(others)
        equal = left <= right if rule.members == "managed" else left == right
    elif rule.members == "managed":
        equal = _is_subsequence(keys, others) if rule.rule == "ordered" else set(keys) <= set(others)
    else:
        equal = keys == others
    unwanted = not {_key(value, rule) for value in rule.without}.isdisjoint(others)
    if not equal or unwanted or any(not _is_plain(value) for value in wanted):
        yield Difference(path, wanted, got)


def _is_subsequence(left: list[Hashable], right: list[Hashable]) -> bool:
    rest = iter(right)
    return all(any(key == other for other in rest) for key in left)


def _equal(wanted: object, got: object, rule: Rules) -> bool:
    return _is_plain(wanted) and _key(wanted, rule) == _key(got, rule)


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_plain(member) for member in value)
    if isinstance(value, Mapping):
        return all(_is_plain(member) for member in value.values())
    return value is None or isinstance(value, str | bool | int)


def _key(value: object, rule: Rules) -> Hashable:
    """A value in the form that makes two of the same meaning equal."""
    if isinstance(value, list):
        return ("list", tuple(_key(member, rule) for member in value))
    if isinstance(value, Mapping):
        return ("map", frozenset((str(name).casefold(), _key(member, rule)) for name, member in value.items()))
    return FORMS[rule.rule](value)
