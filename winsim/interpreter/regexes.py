"""Regular expressions of .NET: compiled patterns, their groups, and replacements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

import regex

from winsim.interpreter.command import NotBuilt
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.patterns import Match, Pattern
from winsim.interpreter.regex_classes import Refused
from winsim.interpreter.regex_translation import translate

RIGHT_TO_LEFT: Final = 64
GROUP: Final = re.compile(r"n(\d+)_(.*)", re.DOTALL)
Compiled = Pattern | regex.Pattern[str]


def find_all(pattern: Pattern, text: str, start: int = 0) -> Iterator[Match[str]]:
    """All matches; where ``\\G`` stands for the end of the last match, an empty one is the last."""
    for found in pattern.finditer(text, start):
        yield found
        if found.start() == found.end() and "\\G" in pattern.pattern:
            return


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, options: int = 0) -> Pattern:
    """The pattern with RegexOptions (true: IgnoreCase); what .NET refuses is its ArgumentException."""
    if options & RIGHT_TO_LEFT:
        raise NotBuilt("RegexOptions.RightToLeft")
    try:
        return Pattern(translate(pattern, int(options)))
    except Refused as problem:
        raise NetError("System.ArgumentException", f'parsing "{pattern}" - {problem}') from None
    except RecursionError:
        raise NetError("System.ArgumentException", f'parsing "{pattern}" - Too many nested groups.') from None
    except (regex.error, OverflowError, IndexError) as problem:
        raise NetError("System.ArgumentException", f'parsing "{pattern}" - {problem}.') from None


@lru_cache(maxsize=512)
def group_order(pattern: Compiled) -> tuple[tuple[str, int], ...]:
    """(.NET name, Python number) of the groups by .NET number; the name of an unnamed one is its number."""
    found: list[tuple[int, str, int]] = []
    for name, place in pattern.groupindex.items():
        parts = GROUP.fullmatch(name)
        if parts is not None:
            found.append((int(parts[1]), parts[2] or parts[1], place))
    return (("0", 0), *((name, place) for _, name, place in sorted(found)))


@lru_cache(maxsize=512)
def group_numbers(pattern: Compiled) -> dict[int, int]:
    """.NET number -> Python number."""
    numbers = {0: 0}
    for name, place in pattern.groupindex.items():
        parts = GROUP.fullmatch(name)
        if parts is not None:
            numbers[int(parts[1])] = place
    return numbers


# -- replacements -----------------------------------------------------------------------------------------------------

Piece = str | int | Callable[[Match[str]], str]
REFERENCE: Final = re.compile(r"\$(?:(\d+)|\{(\w+)\}|([$&`'+_]))")


def expand(replacement: str, match: Match[str]) -> str:
    """A replacement pattern of .NET (``$1``, ``${name}``, ``$&``, ``$$`` ...) for one match."""
    return put_together(pieces(replacement, match.re), match)


def substitute(pattern: Pattern, replacement: str, text: str, count: int = 0) -> str:
    """``Regex.Replace``."""
    if "$" not in replacement:
        return pattern.sub(lambda _: replacement, text, count)
    parts = pieces(replacement, pattern.compiled)
    return pattern.sub(lambda found: put_together(parts, found), text, count)


def put_together(parts: tuple[Piece, ...], match: Match[str]) -> str:
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, int):
            out.append(match.group(part) or "")
        else:
            out.append(part(match))
    return "".join(out)


@lru_cache(maxsize=512)
def pieces(replacement: str, pattern: Compiled) -> tuple[Piece, ...]:
    """The replacement taken apart: text, groups by Python number, and what surrounds a match."""
    found: list[Piece] = []
    last = 0
    for reference in REFERENCE.finditer(replacement):
        piece = reference_piece(reference, pattern)
        if piece is None:
            continue
        found.append(replacement[last : reference.start()])
        found.append(piece)
        last = reference.end()
    found.append(replacement[last:])
    return tuple(part for part in found if part != "")


def reference_piece(reference: re.Match[str], pattern: Compiled) -> Piece | None:
    """What a reference stands for, None where it is no reference but text."""
    digits, name, sign = reference.groups()
    if sign:
        return SIGNS[sign] if sign != "+" else len(group_order(pattern)) - 1 and group_order(pattern)[-1][1]
    key = digits or name
    if key.isdigit():
        return group_numbers(pattern).get(int(key))
    return dict(group_order(pattern)).get(name)


SIGNS: Final[dict[str, Piece]] = {
    "$": "$",
    "&": 0,
    "`": lambda match: match.string[: match.start()],
    "'": lambda match: match.string[match.end() :],
    "_": lambda match: match.string,
}
