"""Variables: ``$name``, ``$scope:name``, ``${any text}``, ``@splat``."""

from __future__ import annotations

import re

from pslang.chars import DOUBLE_QUOTES, ESCAPES, WORD_END_CLASS, WORD_ENDS, starts_variable
from pslang.cursor import Cursor
from pslang.syntax import Variable

#: The name after ``$``; one colon may stand inside, two end it.
_NAME = re.compile(r"(?:[\w?]|:(?!:))+")
_BRACED = re.compile(r"[^{}`\0" + DOUBLE_QUOTES + "]+}")
#: What cleanly ends a variable in argument mode; anything else makes the whole word an expandable one.
_CLEAN_ENDS = WORD_ENDS | frozenset(".[=:")
_REST_OF_WORD = re.compile(f"[^{WORD_END_CLASS}]*")


def variable(c: Cursor, *, argument_mode: bool = False, in_string: bool = False) -> Variable | None:
    """The variable at the cursor (on its ``$`` or ``@``), None (nothing read) where the word is something else."""
    start = c.pos
    text = c.text
    char = text[start + 1]
    splat = text[start] == "@"
    if char == "{" and not splat:
        return _braced(c, argument_mode, in_string)
    if not starts_variable(char):
        return None
    end = _name_end(text, start + 1)
    if argument_mode:
        after = text[end]
        special = char in "$?^" and end == start + 2
        if after not in (WORD_ENDS if special else _CLEAN_ENDS):
            return None
    c.pos = end
    return _named(c, start, text[start + 1 : end], splat, braced=False)


def _name_end(text: str, start: int) -> int:
    if text[start] in "$?^":
        return start + 1
    match = _NAME.match(text, start)
    return match.end() if match else start + 1


def _named(c: Cursor, start: int, name: str, splat: bool, braced: bool) -> Variable:
    scope = None
    colon = name.find(":")
    if colon > 0:
        scope, name = name[:colon].lower(), name[colon + 1 :]
    elif colon == 0:
        name = name[1:]
    if not name:
        if braced:
            c.error("InvalidBracedVariableReference", start, c.pos)
        else:
            c.error("InvalidVariableReferenceWithDrive" if scope else "InvalidVariableReference", start, c.pos)
    return Variable(start=start, end=c.pos, name=name, scope=scope, splat=splat)


def _braced(c: Cursor, argument_mode: bool, in_string: bool) -> Variable | None:
    start = c.pos
    text = c.text
    quick = _BRACED.match(text, start + 2)
    if quick:
        name = quick.group()[:-1]
        end = quick.end()
    else:
        name, end = _braced_name(c, start + 2, in_string)
    if argument_mode and text[end] not in WORD_ENDS and text[end] not in ".[":
        return None
    c.pos = end
    return _named(c, start, name, False, braced=True)


def _braced_name(c: Cursor, pos: int, in_string: bool) -> tuple[str, int]:
    """The name with its escapes resolved, and where it ends; reports what is wrong with it."""
    text = c.text
    opened = pos - 1
    name: list[str] = []
    while True:
        char = text[pos]
        if char == "\0" and pos >= c.end:
            c.error("IncompleteDollarVariableReference", opened, opened)
            return "".join(name) or ":Error:", c.end
        pos += 1
        if char == "}":
            break
        if char == "`" and pos < c.end:
            char = ESCAPES.get(text[pos], text[pos])
            pos += 1
        elif char == "{":
            c.error("OpenBraceNeedsToBeBackTickedInVariableName", pos, pos)
        elif in_string and char in DOUBLE_QUOTES and text[pos] in DOUBLE_QUOTES:
            pos += 1
        name.append(char)
    if not name:
        c.error("EmptyVariableReference", pos - 1, pos - 1)
        return ":Error:", pos
    return "".join(name), pos
