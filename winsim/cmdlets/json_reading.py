"""JSON as .NET's JavaScriptSerializer reads it: either quote, names without quotes, dates as ``\\/Date(ms)\\/``."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from winsim.interpreter.net.datetimes import TICKS_PER_MILLISECOND, DateTime
from winsim.interpreter.values import Int64

UNIX_EPOCH: Final = 621_355_968_000_000_000
DATE: Final = re.compile(r'"\\/Date\((-?[0-9]+)(?:[a-zA-Z]|[+-][0-9]{4})?\)\\/"')
TOKEN: Final = re.compile(r"[\w.+-]*")
BLANK: Final = re.compile(r"\s*")
DEEPEST: Final = 1024
ESCAPES: Final = {'"': '"', "'": "'", "/": "/", "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
NO_MEMBER: Final = "Invalid object passed in, member name expected."
NO_COLON: Final = "Invalid object passed in, ':' or '}' expected."
NO_COMMA: Final = "Invalid array passed in, ',' expected."
NO_END: Final = "Invalid array passed in, ']' expected."
TRAILING: Final = "Invalid array passed in, extra trailing ','."


class JsonError(ValueError):
    """What the serializer says about a text that it cannot read."""


class JsonReader:
    """Reads one document; ``make_object`` gets the members of each object in their order."""

    def __init__(self, text: str, make_object: Callable[[dict[str, object]], object]) -> None:
        self.text = text
        self.at = 0
        self.make_object = make_object

    def document(self) -> object:
        value = self.value(0)
        if self.peek():
            raise JsonError(f"Invalid JSON primitive: {self.text}.")
        return value

    def peek(self) -> str:
        """The next character that is not blank, "" at the end; it is not taken."""
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        self.at += len(char)
        return char

    def fail(self, message: str) -> JsonError:
        return JsonError(f"{message} ({self.at}): {self.text}")

    def value(self, depth: int) -> object:
        if depth > DEEPEST:
            raise JsonError("RecursionLimit exceeded.")
        char = self.peek()
        if not char:
            return None
        if char == "{":
            return self.read_object(depth + 1)
        if char == "[":
            return self.read_array(depth + 1)
        date = DATE.match(self.text, self.at) if char == '"' else None
        if date is not None:
            self.at = date.end()
            return DateTime(UNIX_EPOCH + int(date[1]) * TICKS_PER_MILLISECOND, "Utc")
        return self.string() if char in "\"'" else primitive(self.token())

    def read_object(self, depth: int) -> object:
        self.take()
        members: dict[str, object] = {}
        while (char := self.peek()) != "}":
            if not char:
                raise self.fail(NO_COLON)
            if char == ":":
                raise self.fail(NO_MEMBER)
            name = self.string() if char in "\"'" else self.token()
            if self.take() != ":":
                raise self.fail(NO_COLON)
            members[name] = self.value(depth)
            ending = self.take()
            if ending == "}":
                return self.make_object(members)
            if ending != ",":
                raise self.fail(NO_COLON)
        self.take()
        return self.make_object(members)

    def read_array(self, depth: int) -> list[object]:
        self.take()
        items: list[object] = []
        more = False
        while (char := self.peek()) and char != "]":
            items.append(self.value(depth))
            more = self.peek() != "]"
            if more and self.take() != ",":
                raise self.fail(NO_COMMA)
        if more:
            raise self.fail(TRAILING)
        if self.take() != "]":
            raise self.fail(NO_END)
        return items

    def string(self) -> str:
        quote = self.take()
        out: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == quote:
                # Two escapes may be the halves of one character.
                return "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            out.append(self.escape() if char == "\\" else char)
        raise self.fail("Unterminated string passed in.")

    def escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char == "u":
            digits = self.text[self.at : self.at + 4]
            if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                raise self.fail("Unrecognized escape sequence.")
            self.at += 4
            return chr(int(digits, 16))
        if char not in ESCAPES or not char:
            raise self.fail("Unrecognized escape sequence.")
        return ESCAPES[char]

    def token(self) -> str:
        found = TOKEN.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""


def primitive(token: str) -> object:
    """Numbers are Int32, Int64 or decimal, with an exponent double."""
    words: dict[str, object] = {"null": None, "true": True, "false": False}
    if token in words:
        return words[token]
    if re.fullmatch(r"[+-]?[0-9]+", token):
        whole = int(token)
        if -(2**31) <= whole < 2**31:
            return whole
        return Int64(whole) if -(2**63) <= whole < 2**63 else Decimal(whole)
    if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", token):
        return Decimal(token)
    if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+", token):
        return float(token)
    raise JsonError(f"Invalid JSON primitive: {token}.")
