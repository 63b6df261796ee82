"""Regular expressions of .NET in terms of Python's ``re``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import regex

from winsim.interpreter.command import NotBuilt
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.patterns import IGNORECASE, Match, Pattern

_CATEGORIES = {
    "L": r"^\W\d_",
    "Lu": "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦΑ-ΫА-Я",
    "Ll": "a-zß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħα-ωа-я",
    "N": r"\d",
    "Nd": r"\d",
    "P": r"!-#%-*,-/:;?@\[-\]_{}¡§«¶·»¿‐-‧‰-⁞",
    "S": r"$+<=>^`|~¢-¦¨©¬®-±´¸×÷€-₿",
    "Z": r"\u0020\u00a0\u2000-\u200a\u2028\u2029\u3000",
    "Zs": r"\u0020\u00a0\u2000-\u200a\u3000",
}


CONTIGUOUS = "_contiguous_"
Compiled = Pattern | regex.Pattern[str]


def find_all(pattern: Pattern, text: str, start: int = 0) -> Iterator[Match[str]]:
    """All matches; a pattern with ``\\G`` goes on only where the last match ended."""
    if CONTIGUOUS not in pattern.groupindex:
        yield from pattern.finditer(text, start)
        return
    position = start
    while position <= len(text):
        found = pattern.match(text, position)
        if found is None:
            return
        yield found
        position = found.end() if found.end() > found.start() else found.end() + 1


def find_first(pattern: Pattern, text: str, start: int = 0) -> Match[str] | None:
    if CONTIGUOUS in pattern.groupindex:
        return pattern.match(text, start)
    return pattern.search(text, start)


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, ignore_case: bool = False, flags: int = 0, right_to_left: bool = False) -> Pattern:
    """The pattern compiled; a pattern that .NET refuses raises its ArgumentException."""
    if right_to_left:
        raise NotBuilt("RegexOptions.RightToLeft")
    try:
        return Pattern(translate(pattern), flags | (IGNORECASE if ignore_case else 0))
    except (regex.error, OverflowError, IndexError) as problem:
        raise NetError("System.ArgumentException", f'parsing "{pattern}" - {problem}.') from None


def translate(pattern: str) -> str:
    """The same pattern in Python's dialect."""
    out: list[str] = []
    index = 0
    leading = ""
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            piece, index = escape(pattern, index, in_class=False)
            out.append(piece)
        elif character == "[":
            piece, index = character_class(pattern, index)
            out.append(piece)
        elif character == "(" and pattern.startswith("(?", index):
            piece, index, option = group(pattern, index)
            leading += option
            out.append(piece)
        else:
            out.append(character)
            index += 1
    return leading + "".join(out)


def group(pattern: str, index: int) -> tuple[str, int, str]:
    """A group that opens with ``(?``; inline options that stand first move to the front."""
    named = re.compile(r"\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')").match(pattern, index)
    if named:
        return f"(?P<{named.group(1) or named.group(2)}>", named.end(), ""
    if re.compile(r"\(\?(?:<|')\w*-\w+(?:>|')").match(pattern, index):
        raise NotBuilt("balancing groups of regular expressions")
    numbered = re.compile(r"\(\?<(\d+)>").match(pattern, index)
    if numbered:
        return f"(?P<_{numbered.group(1)}>", numbered.end(), ""
    options = re.compile(r"\(\?([imsnx]*)(-[imsnx]+)?([:)])").match(pattern, index)
    if options and (options.group(1) or options.group(2)):
        on = options.group(1).replace("n", "")
        off = (options.group(2) or "").replace("n", "")
        if options.group(3) == ")":
            if off.strip("-"):
                return scoped(pattern, options.end(), f"(?{on}{off}:")
            return ("", options.end(), f"(?{on})") if index == 0 else scoped(pattern, options.end(), f"(?{on}:")
        return f"(?{on}{off if off != '-' else ''}:", options.end(), ""
    end = index + (4 if pattern[index + 2 : index + 3] == "<" else 3)
    return pattern[index:end], end, ""


def scoped(pattern: str, start: int, head: str) -> tuple[str, int, str]:
    """Options in the middle hold to the end of the pattern (Python wants them around a group)."""
    return f"{head}{translate(pattern[start:])})", len(pattern), ""


def escape(pattern: str, index: int, in_class: bool) -> tuple[str, int]:
    following = pattern[index + 1 : index + 2]
    if following in ("z", "Z") and not in_class:
        return (r"\Z" if following == "z" else r"(?=\n?\Z)"), index + 2
    if following == "G" and not in_class:
        return f"(?P<{CONTIGUOUS}>)", index + 2
    if following == "e":
        return r"\x1b", index + 2
    if following == "k":
        name = re.compile(r"\\k[<'](\w+)[>']").match(pattern, index)
        if name:
            return f"(?P={name.group(1)})", name.end()
    if following == "c":
        return f"\\x{ord(pattern[index + 2].upper()) - 64:02x}", index + 3
    if following in ("p", "P"):
        category = re.compile(r"\\[pP]\{(\w+)\}").match(pattern, index)
        if category:
            return unicode_class(category.group(1), following == "P", in_class), category.end()
    if following.isalpha() and following not in "abBAdDsSwWnrtfvxu":
        if following in "CEFHIJKLMNOQRTUVXYghijlmoqy":
            raise NetError(
                "System.ArgumentException", f'parsing "{pattern}" - Unrecognized escape sequence \\{following}.'
            )
        return following, index + 2
    return pattern[index : index + 2], index + 2


def unicode_class(name: str, negated: bool, in_class: bool) -> str:
    members = _CATEGORIES.get(name)
    if members is None:
        raise NotBuilt(f"the Unicode category {name} in regular expressions")
    inverse = members.startswith("^")
    if in_class:
        if inverse or negated:
            if name == "L" and not negated:
                return "A-Za-zª-ͯͰ-῾Ⰰ-퟿"
            raise NotBuilt(f"the Unicode category {name} inside a character class")
        return members
    if inverse:
        members, negated = members[1:], not negated
    return f"[{'^' if negated else ''}{members}]"


def character_class(pattern: str, index: int) -> tuple[str, int]:
    """A class in brackets; subtraction (``[a-z-[aeiou]]``) becomes a look-ahead."""
    out = "["
    index += 1
    if pattern[index : index + 1] == "^":
        out += "^"
        index += 1
    if pattern[index : index + 1] == "]":
        out += r"\]"
        index += 1
    while index < len(pattern) and pattern[index] != "]":
        if pattern[index] == "\\":
            piece, index = escape(pattern, index, in_class=True)
            out += piece
        elif pattern.startswith("-[", index):
            inner, index = character_class(pattern, index + 1)
            return f"(?!{inner}){out}]", index + 1
        else:
            out += "\\[" if pattern[index] == "[" else pattern[index]
            if pattern[index] in "&~|" and pattern[index : index + 2] == pattern[index] * 2:
                out = out[:-1] + "\\" + pattern[index]
            index += 1
    if index >= len(pattern):
        raise NetError("System.ArgumentException", f'parsing "{pattern}" - Unterminated [] set.')
    return out + "]", index + 1


@lru_cache(maxsize=512)
def group_order(pattern: Compiled) -> tuple[tuple[str, int], ...]:
    """(.NET name, Python number) of the groups: unnamed ones get the first numbers, named ones follow."""
    names = {number: name for name, number in pattern.groupindex.items()}
    unnamed = [number for number in range(1, pattern.groups + 1) if number not in names]
    order = [("0", 0), *((str(position), number) for position, number in enumerate(unnamed, 1))]
    for name, number in pattern.groupindex.items():
        if name == CONTIGUOUS:
            continue
        order.append((name[1:] if re.fullmatch(r"_\d+", name) else name, number))
    return tuple(order)


def by_number(pattern: Compiled, number: int) -> int | None:
    """The Python number of the .NET group with a number."""
    order = group_order(pattern)
    named = dict(order).get(str(number))
    if named is not None:
        return named
    return order[number][1] if number < len(order) else None


_SUBSTITUTION = re.compile(r"\$(?:(\$)|(&)|(`)|(')|(\+)|(_)|(\d+)|\{(\w+)\})")


def expand(replacement: str, match: Match[str]) -> str:
    """A replacement pattern of .NET (``$1``, ``${name}``, ``$&``, ``$$`` ...) for one match."""
    if "$" not in replacement:
        return replacement

    def put(found: re.Match[str]) -> str:
        return substitution(found, match)

    return _SUBSTITUTION.sub(put, replacement)


def substitution(found: re.Match[str], match: Match[str]) -> str:
    dollar, whole, before, after, last, everything, digits, name = found.groups()
    if dollar:
        return "$"
    if whole:
        return match.group(0)
    if before:
        return match.string[: match.start()]
    if after:
        return match.string[match.end() :]
    if last:
        return match.group(match.re.groups) or ""
    if everything:
        return match.string
    key = digits or name
    if key.isdigit():
        while key:
            number = by_number(match.re, int(key))
            if number is not None:
                rest = (digits or "")[len(key) :]
                return (match.group(number) or "") + rest
            key = key[:-1] if digits else ""
        return found.group(0)
    return (match.group(key) or "") if key in match.re.groupindex else found.group(0)
