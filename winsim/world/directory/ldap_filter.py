"""LDAP search filters: ``(&(objectClass=user)(!(mail=*)))``."""

from __future__ import annotations

import re

from .conditions import Combination, Condition, FilterError, Match

_RULES = {"1.2.840.113556.1.4.803": "bitand", "1.2.840.113556.1.4.804": "bitor"}
_ITEM = re.compile(r"\s*([A-Za-z][\w.-]*)(?::([\d.]+):)?\s*(~=|>=|<=|=)([^()]*)")


def parse(text: str) -> Condition:
    try:
        source = text.strip()
        if not source.startswith("("):
            source = f"({source})"
        condition, end = _filter(source, 0)
    except (IndexError, FilterError):
        raise FilterError("The search filter cannot be recognized") from None
    if source[end:].strip():
        raise FilterError("The search filter cannot be recognized")
    return condition


def _filter(text: str, at: int) -> tuple[Condition, int]:
    at = _blank(text, at)
    if text[at] != "(":
        raise FilterError(text)
    at = _blank(text, at + 1)
    if text[at] in "&|!":
        kind = {"&": "and", "|": "or", "!": "not"}[text[at]]
        at = _blank(text, at + 1)
        parts: list[Condition] = []
        while text[at] == "(":
            part, at = _filter(text, at)
            parts.append(part)
            at = _blank(text, at)
        if not parts or (kind == "not" and len(parts) != 1) or text[at] != ")":
            raise FilterError(text)
        return Combination(kind, tuple(parts)), at + 1
    found = _ITEM.match(text, at)
    if found is None or text[found.end()] != ")":
        raise FilterError(text)
    return _item(*found.groups()), found.end() + 1


def _item(attribute: str, rule: str | None, operator: str, value: str) -> Condition:
    if rule is not None:
        if rule not in _RULES or operator != "=":
            raise FilterError(rule)
        return Match(attribute, _RULES[rule], value)
    if operator in (">=", "<="):
        return Match(attribute, "ge" if operator == ">=" else "le", _unescape(value))
    if value == "*":
        return Match(attribute, "present")
    if "*" in value:
        return Match(attribute, "like", _unescape(value))
    return Match(attribute, "eq", _unescape(value))


def _unescape(value: str) -> str:
    return re.sub(r"\\([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), value)


def _blank(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at
