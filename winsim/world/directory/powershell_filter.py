"""The -Filter language of the ActiveDirectory module: ``Name -like "a*" -and Enabled -eq $true``."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import schema
from .conditions import Combination, Condition, FilterError, Match

Variable = Callable[[str], object]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) | (?P<bang>!) |
        (?P<operator>-(?:and|or|not|eq|ne|like|notlike|ge|gt|le|lt|approx|band|bor|recursivematch)\b) |
        (?P<variable>\$\{?[\w:]+\}?(?:\.\w+)*) |
        '(?P<single>(?:[^']|'')*)' | "(?P<double>(?:[^"`]|""|`.)*)" |
        (?P<word>[^\s()"'$!]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)

_COMPARISONS = frozenset({"eq", "ne", "like", "notlike", "ge", "gt", "le", "lt", "approx", "band", "bor"})


def parse(text: str, variable: Variable) -> Condition:
    """``variable`` gives the value of ``$name`` or ``$name.Property`` in the session of the caller."""
    if text.strip() == "*":
        return Match("objectClass", "present")
    reader = _Reader(_tokens(text), variable, text)
    condition = reader.alternatives()
    if reader.position != len(reader.tokens):
        raise _error(text, "syntax error")
    return condition


def _error(text: str, why: str) -> FilterError:
    return FilterError(f"Error parsing query: '{text}' Error Message: '{why}' at position: '1'.")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _error(text, "syntax error")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], variable: Variable, text: str) -> None:
        self.tokens = tokens
        self.variable = variable
        self.text = text
        self.position = 0

    def peek(self, kind: str, value: str = "") -> bool:
        if self.position >= len(self.tokens):
            return False
        found_kind, found = self.tokens[self.position]
        return found_kind == kind and (not value or found.lower() == value)

    def take(self) -> tuple[str, str]:
        if self.position >= len(self.tokens):
            raise _error(self.text, "syntax error")
        self.position += 1
        return self.tokens[self.position - 1]

    def alternatives(self) -> Condition:
        parts = [self.conjunction()]
        while self.peek("operator", "-or"):
            self.take()
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Combination("or", tuple(parts))

    def conjunction(self) -> Condition:
        parts = [self.term()]
        while self.peek("operator", "-and"):
            self.take()
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else Combination("and", tuple(parts))

    def term(self) -> Condition:
        if self.peek("operator", "-not") or self.peek("bang"):
            self.take()
            return Combination("not", (self.term(),))
        if self.peek("open"):
            self.take()
            inner = self.alternatives()
            if not self.peek("close"):
                raise _error(self.text, "syntax error")
            self.take()
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        kind, name = self.take()
        if kind not in ("word", "single", "double"):
            raise _error(self.text, "syntax error")
        kind, operator = self.take()
        operator = operator.lstrip("-").lower()
        if kind != "operator" or operator not in _COMPARISONS:
            raise _error(self.text, f"Operator Not supported: -{operator}")
        return _match(schema.attribute_of(name), operator, self.value())

    def value(self) -> str:
        kind, text = self.take()
        if kind == "single":
            return text.replace("''", "'")
        if kind == "double":
            plain = re.sub(r"`(.)", r"\1", text.replace('""', '"'))
            return re.sub(r"\$(\w+)", lambda found: _text(self.variable(found[1])), plain)
        if kind == "variable":
            name = text[1:].strip("{}")
            if name.lower() in ("true", "false"):
                return name.capitalize()
            value = self.variable(name)
            if value is None:
                raise _error(self.text, f"Variable: '{name}' found in expression: ${name} is not defined.")
            return _text(value)
        if kind == "word":
            return text
        raise _error(self.text, "syntax error")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _match(attribute: str, operator: str, value: str) -> Condition:
    if operator == "ne":
        return Combination("not", (Match(attribute, "eq", value),))
    if operator == "notlike":
        return Combination("not", (_like(attribute, value),))
    if operator == "like":
        return _like(attribute, value)
    # In this language -eq does not expand wildcards; -approx is equality on these attributes.
    names = {"band": "bitand", "bor": "bitor", "approx": "eq"}
    return Match(attribute, names.get(operator, operator), value)


def _like(attribute: str, value: str) -> Condition:
    return Match(attribute, "present") if value == "*" else Match(attribute, "like", value)
