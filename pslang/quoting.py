"""Text as the inside of each kind of string, so that it is read back as the same text."""

from __future__ import annotations

import re

from pslang.chars import DASHES, DOUBLE_QUOTES, SINGLE_QUOTES, WORD_ENDS
from pslang.keywords import KEYWORDS
from pslang.numbers import NUMBER

_CONTROL = {"\0": "`0", "\a": "`a", "\b": "`b", "\f": "`f", "\v": "`v"}
_LINES = {"\n": "`n", "\r": "`r", "\t": "`t"}
_SPECIAL = WORD_ENDS | frozenset("`$" + SINGLE_QUOTES + DOUBLE_QUOTES)
_FOOTER = re.compile(rf"(?:^|(?<=[\r\n]))([^\S\r\n]*)([{DOUBLE_QUOTES}])(?=@)")
_REDIRECTS = re.compile(r"[1-6*]?>|<")
_DIGIT_FIRST = re.compile(rf"[{DASHES}+]?\.?[0-9]")
_BRACED = re.compile(r"(?:\w+:)?[\w?]+\Z|[$?^]\Z")


def single(text: str) -> str:
    return "".join(char * 2 if char in SINGLE_QUOTES else char for char in text)


def double(text: str) -> str:
    """For ``"..."``: a backtick before what would expand, quotes doubled."""
    return "".join(
        char * 2 if char in DOUBLE_QUOTES else "`" + char if char in "`$" else _CONTROL.get(char, char) for char in text
    )


def here(text: str) -> str:
    """For an expandable here-string: also a backtick before a quote that would end it."""
    escaped = "".join("`" + char if char in "`$" else _CONTROL.get(char, char) for char in text)
    return _FOOTER.sub(r"\1`\2", escaped)


def word(text: str, *, first: bool) -> str:
    """For a word of a command; ``first`` where it starts the word."""
    if first and _is_number(text):
        return text + '""'
    if first and text[:1].isdigit() and _REDIRECTS.match(text):
        return text[0] + '""' + word(text[1:], first=False)
    pieces: list[str] = []
    for index, char in enumerate(text):
        if char in _CONTROL or char in _LINES:
            pieces.append(_CONTROL.get(char) or _LINES[char])
        elif char in _SPECIAL or (index == 0 and first and _starts_otherwise(text)):
            pieces.append("`" + char)
        else:
            pieces.append(char)
    return "".join(pieces)


def command_name(text: str) -> str:
    """For the first word of a command, where signs are words but keywords and numbers are not."""
    escaped = word(text, first=False)
    if text.lower() in KEYWORDS or _is_number(text):
        return escaped + '""'
    if text == ".":
        return "`."
    if escaped[0] == "`" or text[0].isalnum() or text[0] in "_%?=*/\\~.^:]<>":
        return escaped
    return "`" + escaped


def _is_number(text: str) -> bool:
    return _DIGIT_FIRST.match(text) is not None and NUMBER.fullmatch(text) is not None


def _starts_otherwise(text: str) -> bool:
    """Whether a bare word that starts like this would be read as something else."""
    char = text[0]
    if char in "#@":
        return True
    if char in DASHES:
        return len(text) > 1 and (text[1].isalpha() or text[1] in "_?" or text[1:] in DASHES)
    return bool(_REDIRECTS.match(text)) and not text[0].isdigit()


def variable(name: str, scope: str | None, following: str = "") -> str:
    """``name`` is what stands behind ``$``; braced where its characters or what follows it demand it."""
    full = f"{scope}:{name}" if scope else name
    if _BRACED.match(full) and not (full[-1] not in "$?^" and following[:1] and _continues(following[0])):
        return "$" + full
    return "${" + "".join("`" + char if char in "{}`" else char for char in full) + "}"


def _continues(char: str) -> bool:
    return char.isalnum() or char in "_?:"
