"""Here-strings: ``@'`` and ``@"`` with their footers at the start of a line."""

from __future__ import annotations

import re

from pslang.chars import BLANKS, DOUBLE_QUOTES, SINGLE_QUOTES
from pslang.cursor import Cursor
from pslang.strings import Parts, backtick, dollar
from pslang.syntax import Expression, String, StringKind

_HERE_RUN = re.compile(r"[^$`]*")
_FOOTER = {
    quotes: re.compile(rf"(?P<line>\r\n|\r|\n)(?P<blank>[^\S\r\n]*)(?P<footer>[{quotes}]@)")
    for quotes in (SINGLE_QUOTES, DOUBLE_QUOTES)
}


def here_string(c: Cursor) -> Expression:
    """``@'`` or ``@"`` at the cursor."""
    start = c.pos
    quotes = SINGLE_QUOTES if c.text[start + 1] in SINGLE_QUOTES else DOUBLE_QUOTES
    literal = quotes is SINGLE_QUOTES
    kind: StringKind = "here_single" if literal else "here_double"
    if not _after_header(c, start, quotes):
        return String(start=start, end=c.pos, value="", kind=kind)
    body = c.pos
    # The line break before the footer is not part of the text; an empty here-string has the footer on the first line.
    line = body - 2 if c.text[body - 2 : body] == "\r\n" else body - 1
    if literal:
        last, after = _find_footer(c, start, quotes, line)
        c.pos = after
        return String(start=start, end=after, value=c.text[body:last] if last > body else "", kind=kind)
    parts = Parts()
    _here_body(c, start, parts, line)
    return parts.finish(c, start, kind)


def _after_header(c: Cursor, start: int, quotes: str) -> bool:
    blanks = BLANKS.match(c.text, start + 2)
    assert blanks is not None
    pos = blanks.end()
    char = c.text[pos]
    if char in "\r\n":
        c.pos = pos + (2 if c.text.startswith("\r\n", pos) else 1)
        return True
    if pos >= c.end:
        c.pos = c.end
        c.error("TerminatorExpectedAtEndOfString", start, start, c.text[start + 1] + "@")
        return False
    c.error("UnexpectedCharactersAfterHereStringHeader", pos, pos)
    while pos < c.end and c.text[pos] not in "\r\n":
        if c.text[pos] in quotes and c.text[pos + 1] == "@":
            pos += 2
            break
        pos += 1
    c.pos = pos
    return False


def _find_footer(c: Cursor, start: int, quotes: str, pos: int) -> tuple[int, int]:
    """Where the text ends and where the here-string ends, looking from the line break at ``pos``."""
    false_footer = None
    for match in _FOOTER[quotes].finditer(c.text, pos):
        if not match["blank"]:
            return match.start(), match.end()
        if false_footer is None:
            false_footer = match.start("footer")
    _no_footer(c, start, false_footer)
    return c.end, c.end


def _no_footer(c: Cursor, start: int, false_footer: int | None) -> None:
    if false_footer is not None:
        c.error("WhitespaceBeforeHereStringFooter", false_footer, false_footer)
    else:
        c.error("TerminatorExpectedAtEndOfString", start, start, c.text[start + 1] + "@")


def _here_body(c: Cursor, start: int, parts: Parts, line: int) -> None:
    """The text of an expandable here-string. A footer inside ``$( )`` does not count."""
    text = c.text
    footer = _FOOTER[DOUBLE_QUOTES]
    from_line = line
    false_footer = None
    while True:
        run = _HERE_RUN.match(text, c.pos)
        assert run is not None
        stop = min(run.end(), c.end)
        match = footer.search(text, from_line, stop)
        while match and match["blank"]:
            false_footer = match.start("footer") if false_footer is None else false_footer
            match = footer.search(text, match.end(), stop)
        if match and match.start() < stop:
            parts.text.append(text[c.pos : max(match.start(), c.pos)])
            c.pos = match.end()
            return
        parts.text.append(text[c.pos : stop])
        c.pos = stop
        if stop >= c.end:
            _no_footer(c, start, false_footer)
            return
        if text[stop] == "$":
            dollar(c, parts, here=True)
        else:
            backtick(c, parts)
        from_line = c.pos
