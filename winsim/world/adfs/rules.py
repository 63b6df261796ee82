"""The claim rule language: reading it, and the layout in which AD FS keeps it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?://[^\n]*\s*)*(?:
        (?P<string>"(?:[^"])*") | (?P<arrow>=>) | (?P<operator>==|!=|=~|!~|&&|=|\+) |
        (?P<mark>[@\[\]():;,.]) | (?P<word>[A-Za-z_][A-Za-z0-9_]*) | (?P<number>\d+)
    )""",
    re.VERBOSE,
)
_TAIL = re.compile(r"\s*(?://[^\n]*\s*)*")


class RuleError(Exception):
    """The text is not a rule set."""

    def __init__(self, line: int, column: int, token: str) -> None:
        self.message = (
            "POLICY0002: Could not parse policy data.\n"
            f"Line number: {line}, Column number: {column}, Error token: {token}. Line: '{{0}}'.\n"
            "Parser error: 'POLICY0030: Syntax error, unexpected '{1}'.'"
        )
        super().__init__(self.message)
        self.line = line
        self.column = column
        self.token = token


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Test:
    """One comparison inside a condition: ``Type == "..."``."""

    property: str
    operator: str
    value: str


@dataclass(frozen=True)
class Condition:
    """``c:[Type == ".."]``; ``kind`` is "" for a claim, or exists, not exists, count ..."""

    name: str
    kind: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Rule:
    annotations: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    action: str  # issue or add
    assignments: tuple[tuple[str, str, str], ...]  # property, operator, expression as text
    conditions_text: tuple[str, ...]


def parse(text: str) -> list[Rule]:
    return _Reader(text).rules()


def normalise(text: str) -> str:
    """The rule set as the configuration database gives it back: one line a part, a blank line after each rule."""
    return "".join(_layout(rule) for rule in parse(text))


def _layout(rule: Rule) -> str:
    lines = [f'@{name} = "{value}"' for name, value in rule.annotations]
    for index, condition in enumerate(rule.conditions_text):
        lines.append((" && " if index else "") + condition)
    body = ", ".join(f"{name} {operator} {value}" for name, operator, value in rule.assignments)
    lines.append(f" => {rule.action}({body});")
    return "\r\n".join(lines) + "\r\n\r\n"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.position = 0
        at = 0
        while True:
            tail = _TAIL.match(text, at)
            if tail is not None and tail.end() == len(text):
                break
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                start = at if tail is None else tail.end()
                raise self.error(Token("unknown", text[start], start))
            self.tokens.append(Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
            at = found.end()

    def error(self, token: Token | None) -> RuleError:
        at = len(self.text) if token is None else token.at
        before = self.text[:at]
        return RuleError(before.count("\n") + 1, at - before.rfind("\n") - 1, token.text if token else "")

    def peek(self, text: str, ahead: int = 0) -> bool:
        index = self.position + ahead
        return index < len(self.tokens) and self.tokens[index].text.lower() == text

    def take(self, *kinds: str, text: str | None = None) -> Token:
        token = self.tokens[self.position] if self.position < len(self.tokens) else None
        if token is None or (kinds and token.kind not in kinds) or (text is not None and token.text.lower() != text):
            raise self.error(token)
        self.position += 1
        return token

    def rules(self) -> list[Rule]:
        found = []
        while self.position < len(self.tokens):
            found.append(self.rule())
        return found

    def rule(self) -> Rule:
        annotations = []
        while self.peek("@"):
            self.take()
            name = self.take("word").text
            self.take(text="=")
            annotations.append((name, self.take("string").text[1:-1]))
        conditions: list[Condition] = []
        texts: list[str] = []
        while not self.peek("=>"):
            if conditions:
                self.take(text="&&")
            condition, text = self.condition()
            conditions.append(condition)
            texts.append(text)
        self.take("arrow")
        action = self.take("word")
        if action.text.lower() not in ("issue", "add"):
            raise self.error(action)
        self.take(text="(")
        assignments = self.assignments()
        self.take(text=")")
        self.take(text=";")
        return Rule(tuple(annotations), tuple(conditions), action.text.lower(), assignments, tuple(texts))

    def condition(self) -> tuple[Condition, str]:
        if self.peek("["):
            tests, text = self.tests()
            return Condition("", "", tests), text
        word = self.take("word").text
        if self.peek(":"):
            self.take()
            tests, text = self.tests()
            return Condition(word, "", tests), f"{word}:{text}"
        kind = word.lower()
        if kind == "not":
            self.take(text="exists")
            kind = "not exists"
        if kind not in ("exists", "not exists"):
            # Counting conditions are not part of the rules that relying parties of this lab use.
            raise self.error(self.tokens[self.position - 1])
        self.take(text="(")
        tests, text = self.tests()
        self.take(text=")")
        written = "exists" if kind == "exists" else "NOT EXISTS"
        return Condition("", kind, tests), f"{written}({text})"

    def tests(self) -> tuple[tuple[Test, ...], str]:
        self.take(text="[")
        found: list[Test] = []
        while not self.peek("]"):
            if found:
                self.take(text=",")
            name = self.take("word").text
            operator = self.take("operator")
            if operator.text not in ("==", "!=", "=~", "!~"):
                raise self.error(operator)
            found.append(Test(name, operator.text, self.take("string").text[1:-1]))
        self.take(text="]")
        inner = ", ".join(f'{test.property} {test.operator} "{test.value}"' for test in found)
        return tuple(found), f"[{inner}]"

    def assignments(self) -> tuple[tuple[str, str, str], ...]:
        found: list[tuple[str, str, str]] = []
        while not found or self.peek(","):
            if found:
                self.take(text=",")
            name = self.take("word").text
            if self.peek("["):  # Properties["..."]
                self.take()
                name += f"[{self.take('string').text}]"
                self.take(text="]")
            operator = self.take("operator")
            if operator.text not in ("=", "=="):
                raise self.error(operator)
            found.append((name, operator.text, self.expression()))
        return tuple(found)

    def expression(self) -> str:
        """Everything up to the comma or bracket that ends the assignment, in one layout."""
        if self.peek("("):
            self.take()
            items = [self.expression()]
            while self.peek(","):
                self.take()
                items.append(self.expression())
            self.take(text=")")
            return f"({', '.join(items)})"
        parts = [self.primary()]
        while self.peek("+"):
            self.take()
            parts.append(self.primary())
        return " + ".join(parts)

    def primary(self) -> str:
        token = self.take("string", "word", "number")
        if token.kind != "word":
            return token.text
        text = token.text
        while self.peek("."):
            self.take()
            text += "." + self.take("word").text
        if self.peek("("):
            self.take()
            items: list[str] = []
            while not self.peek(")"):
                if items:
                    self.take(text=",")
                items.append(self.expression())
            self.take(text=")")
            text += f"({', '.join(items)})"
        return text
