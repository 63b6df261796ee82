"""The command line of a program: as PowerShell 4.0 puts it together, and as the C run time takes it apart."""

from __future__ import annotations

from collections.abc import Iterable


def joined(words: Iterable[str]) -> str:
    """Words with blanks are quoted, quotes inside of words are left as they are, empty words get lost."""
    return " ".join(f'"{word}{_trailing(word)}"' if _needs_quotes(word) else word for word in words if word)


def _needs_quotes(word: str) -> bool:
    """Blanks between quotes of its own need none."""
    quoted = escaped = False
    for sign in word:
        if sign == '"' and not escaped:
            quoted = not quoted
        elif sign.isspace() and not quoted:
            return True
        escaped = sign == "\\"
    return False


def _trailing(word: str) -> str:
    """Backslashes before the closing quote are doubled."""
    return "\\" * (len(word) - len(word.rstrip("\\")))


def taken_apart(line: str) -> list[str]:
    """The arguments that main() gets: a backslash escapes only before quotes; a doubled quote in quotes is one."""
    words: list[str] = []
    current: list[str] = []
    started = quoted = False
    position = 0
    while position < len(line):
        sign = line[position]
        if sign == "\\":
            end = position
            while end < len(line) and line[end] == "\\":
                end += 1
            count, position, started = end - position, end, True
            if end < len(line) and line[end] == '"':
                current.append("\\" * (count // 2))
                if count % 2:
                    current.append('"')
                    position += 1
            else:
                current.append("\\" * count)
            continue
        if sign == '"':
            started = True
            if quoted and line[position + 1 : position + 2] == '"':
                current.append('"')
                position += 1
            else:
                quoted = not quoted
        elif sign in " \t" and not quoted:
            if started:
                words.append("".join(current))
            current, started = [], False
        else:
            current.append(sign)
            started = True
        position += 1
    return [*words, "".join(current)] if started else words
