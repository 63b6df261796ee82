"""Character classes and escapes of .NET's regular expressions, in the syntax of the ``regex`` package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import regex

CATEGORIES: Final = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?")
SETS: Final = frozenset("dDwWsS")
CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b", "b": "\b"}


class Refused(Exception):
    """Why .NET does not take a pattern."""


@dataclass
class Reader:
    """The pattern and how far it is read."""

    text: str
    at: int = 0

    @property
    def rest(self) -> int:
        return max(len(self.text) - self.at, 0)

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.text[place] if place < len(self.text) else ""

    def take(self) -> str:
        character = self.peek()
        self.at += 1
        return character

    def found(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """What stands here, which is then read."""
        match = expression.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match


OCTAL: Final = re.compile("[0-7]{1,3}")
HEX2: Final = re.compile("[0-9A-Fa-f]{2}")
HEX4: Final = re.compile("[0-9A-Fa-f]{4}")
PROPERTY: Final = re.compile(r"\{([\w-]+)\}")


def literal(character: str) -> str:
    """One character, standing for itself inside and outside of classes."""
    if character.isalnum() or character == "_":
        return character
    return f"\\x{ord(character):02x}" if ord(character) < 256 else character


def escaped_character(reader: Reader) -> str:
    """The character that the escape stands for; the backslash is read."""
    if not reader.rest:
        raise Refused("Illegal \\ at end of pattern.")
    character = reader.take()
    if character in "01234567":
        reader.at -= 1
        digits = reader.found(OCTAL)
        assert digits is not None
        return chr(int(digits.group(), 8) & 0xFF)
    if character in "xu":
        digits = reader.found(HEX2 if character == "x" else HEX4)
        if digits is None:
            raise Refused("Insufficient hexadecimal digits.")
        return chr(int(digits.group(), 16))
    if character == "c":
        return control(reader)
    if character in CONTROLS:
        return CONTROLS[character]
    if character.isalnum() or character == "_":
        raise Refused(f"Unrecognized escape sequence \\{character}.")
    return character


def control(reader: Reader) -> str:
    if not reader.rest:
        raise Refused("Missing control character.")
    code = ord(reader.take().upper()) - 64
    if not 0 <= code < 32:
        raise Refused("Unrecognized control character.")
    return chr(code)


def property_class(reader: Reader, letter: str) -> str:
    """``\\p{Lu}``, ``\\P{IsCyrillic}``; the letter is read."""
    if reader.rest < 3:
        raise Refused("Incomplete \\p{X} character escape.")
    found = reader.found(PROPERTY)
    if found is None:
        raise Refused("Malformed \\p{X} character escape.")
    name = found.group(1)
    category = CATEGORIES.fullmatch(name) is not None
    if not category and not block_exists(name):
        raise Refused(f"Unknown property '{name}'.")
    known = name if category else f"In{name[2:]}"
    return f"\\{letter}{{{known}}}"


@cache
def block_exists(name: str) -> bool:
    if not name.startswith("Is"):
        return False
    try:
        regex.compile(f"\\p{{In{name[2:]}}}")
    except regex.error:
        return False
    return True


def character_class(reader: Reader) -> str:
    """A class in brackets, whose opening bracket is read; ``[a-z-[aeiou]]`` becomes a look-ahead and a class."""
    negated = reader.peek() == "^"
    reader.at += negated
    out: list[str] = []
    without = ""
    first = True
    while True:
        if not reader.rest:
            raise Refused("Unterminated [] set.")
        character = reader.take()
        if character == "]" and not first:
            break
        if character == "-" and reader.peek() == "[" and not first:
            reader.at += 1
            without = character_class(reader)
            if reader.peek() not in ("]", ""):
                raise Refused("A subtraction must be the last element in a character class.")
        else:
            out.append(member(reader, character))
        first = False
    inside = "".join(out)
    made = f"[{'^' if negated else ''}{inside}]"
    return f"(?:(?!{without}){made})" if without else made


def member(reader: Reader, character: str) -> str:
    """One character, range or set of a class; its first character is read."""
    start = class_item(reader, character)
    if len(start) > 1:
        return start
    if reader.peek() != "-" or reader.peek(1) in ("]", "", "["):
        return literal(start)
    reader.at += 1
    end = class_item(reader, reader.take())
    if len(end) > 1:
        raise Refused(f"Cannot include class {end[:2]} in character range.")
    if end < start:
        raise Refused("[x-y] range in reverse order.")
    return f"{literal(start)}-{literal(end)}"


def class_item(reader: Reader, character: str) -> str:
    """A character, or a set as ``\\d``, which is longer than one character."""
    if character != "\\" or not reader.rest:
        return character
    following = reader.peek()
    if following in SETS:
        return "\\" + reader.take()
    if following in "pP":
        return property_class(reader, reader.take())
    if following == "-":
        return reader.take()
    return escaped_character(reader)
