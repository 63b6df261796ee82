"""A search condition over directory objects, and the LDAP and PowerShell ways of writing one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import names, objects, schema
from .state import Directory, DirectoryObject


class FilterError(ValueError):
    """The text is not a filter; the message is the one of the directory cmdlets."""


@dataclass(frozen=True)
class Match:
    """One comparison of an attribute. ``operator`` is one of eq ge le gt lt like present and bitand bitor."""

    attribute: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class Combination:
    kind: str  # and, or, not
    parts: tuple[Condition, ...]


Condition = Match | Combination


def holds(directory: Directory, found: DirectoryObject, condition: Condition) -> bool:
    if isinstance(condition, Combination):
        results = (holds(directory, found, part) for part in condition.parts)
        if condition.kind == "and":
            return all(results)
        return any(results) if condition.kind == "or" else not next(results)
    values = searchable(directory, found, condition.attribute)
    if condition.operator == "present":
        return bool(values)
    return any(value_matches(condition, value) for value in values)


def searchable(directory: Directory, found: DirectoryObject, attribute: str) -> list[str]:
    """The values that a search sees, constructed attributes included."""
    key = attribute.lower()
    computed: dict[str, Callable[[], list[str]]] = {
        "distinguishedname": lambda: [found.dn],
        "objectclass": lambda: list(objects.hierarchy(found.object_class)),
        "objectcategory": lambda: [_category(found.object_class)],
        "objectguid": lambda: [found.guid],
        "objectsid": lambda: [found.sid] if found.sid else [],
        "cn": lambda: [names.relative(found.dn)] if found.dn.upper().startswith("CN=") else [],
        "ou": lambda: [names.relative(found.dn)] if found.dn.upper().startswith("OU=") else [],
        "memberof": lambda: [group.dn for group in objects.groups_with(directory, found.dn)],
        "enabled": lambda: [str(found.enabled)] if found.first("userAccountControl") else [],
    }
    return computed[key]() if key in computed else found.values(attribute)


def _category(object_class: str) -> str:
    return {"user": "person", "msDS-GroupManagedServiceAccount": "msDS-Group-Managed-Service-Account"}.get(
        object_class, object_class
    )


def value_matches(condition: Match, value: str) -> bool:
    wanted = condition.value
    if condition.operator == "bitand":
        return int(value) & int(wanted) == int(wanted)
    if condition.operator == "bitor":
        return bool(int(value) & int(wanted))
    if condition.operator == "like":
        return wildcard(wanted).fullmatch(value) is not None
    if condition.operator == "eq":
        return value.lower() == wanted.lower()
    left: object = value.lower()
    right: object = wanted.lower()
    if schema.syntax(condition.attribute) in ("int", "long", "filetime") and _is_number(value, wanted):
        left, right = int(value), int(wanted)
    return _ORDER[condition.operator](left, right)


_ORDER: dict[str, Callable[..., bool]] = {
    "ge": lambda a, b: a >= b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "lt": lambda a, b: a < b,
}


def _is_number(*texts: str) -> bool:
    return all(re.fullmatch(r"-?\d+", text) for text in texts)


def wildcard(pattern: str) -> re.Pattern[str]:
    """Only ``*`` is a wildcard in the directory."""
    return re.compile("".join(".*" if c == "*" else re.escape(c) for c in pattern), re.IGNORECASE | re.DOTALL)
