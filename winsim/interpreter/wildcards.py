"""Wildcard patterns of PowerShell: ``* ? [a-z]`` with backtick escapes."""

from __future__ import annotations

import re
from functools import lru_cache

from winsim.interpreter.errors import error


@lru_cache(maxsize=1024)
def wildcard_pattern(text: str, ignore_case: bool = True) -> re.Pattern[str]:
    """The pattern as a regular expression whose search takes no more than length of text times length of pattern."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    first, *following = segments(text)
    if not following:
        return re.compile(first, flags)
    # What stands between two stars may be taken where it comes first: nothing is gained by trying later places.
    middle = "".join(f"(?>.*?{segment})" for segment in following[:-1] if segment)
    return re.compile(f"{first}{middle}.*{following[-1]}", flags)


def segments(text: str) -> list[str]:
    """What stands before, between and after the stars, each as a regular expression."""
    found: list[str] = []
    out: list[str] = []
    index = 0
    while index < len(text):
        character = text[index]
        index += 1
        if character == "`" and index < len(text):
            out.append(re.escape(text[index]))
            index += 1
        elif character == "*":
            found.append("".join(out))
            out = []
        elif character == "?":
            out.append(".")
        elif character == "[":
            piece, index = bracket(text, index)
            out.append(piece)
        else:
            out.append(re.escape(character))
    return [*found, "".join(out)]


def bracket(text: str, index: int) -> tuple[str, int]:
    """A set in brackets that opened before ``index``."""
    end = text.find("]", index + 1)
    if end < 0:
        message = f"The specified wildcard character pattern is not valid: {text}"
        raise error(
            "RuntimeException",
            message,
            "InvalidArgument",
            text,
            "System.Management.Automation.WildcardPatternException",
        )
    inside = text[index:end].replace("`", "")
    members = "".join("-" if c == "-" and 0 < i < len(inside) - 1 else re.escape(c) for i, c in enumerate(inside))
    return f"[{members}]", end + 1


def wildcard_match(pattern: str, text: str, ignore_case: bool = True) -> bool:
    return wildcard_pattern(pattern, ignore_case).fullmatch(text) is not None


def has_wildcard(text: str) -> bool:
    """Whether a name must be matched instead of looked up."""
    plain = re.sub("`.", "", text)
    return any(c in plain for c in "*?[")


def unescape(text: str) -> str:
    return re.sub(r"`([*?\[\]`])", r"\1", text)
