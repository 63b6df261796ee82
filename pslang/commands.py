"""Commands: words, parameters, arguments and redirections."""

from __future__ import annotations

import re
from typing import Literal

from pslang import semantic, strings
from pslang.chars import DASHES, DOUBLE_QUOTES, PLAIN_WORD, SINGLE_QUOTES, WORD_END_CLASS, WORD_ENDS
from pslang.cursor import Cursor
from pslang.leaves import atom
from pslang.members import member_access
from pslang.syntax import (
    ArrayLiteral,
    Command,
    CommandElement,
    CommandParameter,
    ExpandableString,
    Expression,
    Redirection,
    String,
    Variable,
)

_PARAMETER = re.compile(
    rf"[{DASHES}](?P<name>[^\W\d?][^{WORD_END_CLASS}.\[:{SINGLE_QUOTES}{DOUBLE_QUOTES}]*"
    rf"|\?[^{WORD_END_CLASS}.\[:{SINGLE_QUOTES}{DOUBLE_QUOTES}]*)(?P<colon>:)?"
)
_REDIRECTION = re.compile(r"(?P<stream>[1-6*])?>(?:&(?P<merge>[12])|(?P<append>>)?)")
_VERBATIM = re.compile(r'(?:"[^"\r\n]*"?|[^"|\r\n&]|&(?!&))*')
_END = frozenset("\r\n|;)}\0&")
_ATOM_STARTS = frozenset("@({0123456789$" + SINGLE_QUOTES + DOUBLE_QUOTES)


def command(c: Cursor) -> Command | None:
    """The command at the cursor, None (nothing read) where a pipeline ends or is missing one."""
    char = c.skip()
    start = c.pos
    invoke: Literal["", "&", "."] = ""
    if char == "&" and c.text[start + 1] != "&":
        invoke = "&"
    elif char == "." and _is_dot(c.text[start + 1]):
        invoke = "."
    if invoke:
        c.pos += 1
    elements: list[CommandElement] = []
    redirections: list[Redirection] = []
    _name(c, elements, named=bool(invoke))
    verbatim = None
    if elements:
        verbatim = _arguments(c, elements, redirections)
    elif invoke:
        c.error("MissingExpression", start, start + 1, invoke)
        return None
    else:
        return None
    return Command(
        start=start,
        end=max(c.pos, start) if verbatim is not None else _end(elements, redirections),
        invoke=invoke,
        elements=tuple(elements),
        redirections=tuple(redirections),
        verbatim=verbatim,
    )


def _is_dot(following: str) -> bool:
    return following in WORD_ENDS or following in "$\"'"


def _end(elements: list[CommandElement], redirections: list[Redirection]) -> int:
    end = elements[-1].end
    return max(end, redirections[-1].end) if redirections else end


def _name(c: Cursor, elements: list[CommandElement], named: bool) -> None:
    """The first element. Keywords, parameters and redirections are plain words there."""
    char = c.skip()
    while char == ",":
        c.error("MissingArgument", c.pos, c.pos + 1)
        c.pos += 1
        char = c.skip_lines()
    if char in _END and not (char == "\0" and not c.at_end()):
        return
    match = PLAIN_WORD.match(c.text, c.pos)
    if match and c.text[match.end()] in WORD_ENDS and char not in _ATOM_STARTS:
        c.pos = match.end()
        elements.append(String(start=match.start(), end=c.pos, value=match.group(), kind="bare"))
        return
    start = c.pos
    found = _item(c) if named or char in _ATOM_STARTS else strings.word(c)
    if isinstance(found, ExpandableString) and found.kind == "bare" and not named:  # a command name does not expand
        found = String(start=start, end=c.pos, value=c.text[start : c.pos], kind="bare")
    elements.append(found)


def _arguments(c: Cursor, elements: list[CommandElement], redirections: list[Redirection]) -> str | None:
    """Everything behind the name; the text after ``--%`` is the result."""
    text = c.text
    double_dash = False
    while True:
        char = c.skip()
        if char in _END:
            if char != "\0" or c.at_end():
                return None
        elif char == ",":
            c.error("MissingArgument", c.pos, c.pos + 1)
            c.pos += 1
            c.skip_lines()
            continue
        elif char in DASHES:
            if text[c.pos + 1] in DASHES and text[c.pos + 2] in WORD_ENDS:
                _double_dash(c, elements, double_dash)
                double_dash = True
                continue
            if not double_dash and _parameter(c, elements):
                continue
            if text.startswith("--%", c.pos) and text[c.pos + 3] in WORD_ENDS:
                return _verbatim(c)
        elif char in "<>123456*" and redirection(c, redirections):
            continue
        elements.append(_with_commas(c, _item(c)))


def _double_dash(c: Cursor, elements: list[CommandElement], seen: bool) -> None:
    """``--``: what follows are arguments, also where it looks like parameters."""
    start = c.pos
    c.pos += 2
    if seen:
        elements.append(String(start=start, end=c.pos, value=c.text[start : c.pos], kind="bare"))
    else:
        elements.append(CommandParameter(start=start, end=c.pos, name="-", argument=None))


def _parameter(c: Cursor, elements: list[CommandElement]) -> bool:
    match = _PARAMETER.match(c.text, c.pos)
    if match is None:
        return False
    after = c.text[match.end()]
    if not match["colon"] and (after in SINGLE_QUOTES or after in DOUBLE_QUOTES):
        return False
    c.pos = match.end()
    argument = None
    if match["colon"] and c.skip() != ",":
        argument = arguments(c)
        if argument is None:
            c.pos = match.end()
            c.error("ParameterRequiresArgument", match.end(), match.end(), match.group())
    end = argument.end if argument else match.end()
    elements.append(CommandParameter(start=match.start(), end=end, name=match["name"], argument=argument))
    return True


def _verbatim(c: Cursor) -> str:
    c.pos += 3
    c.skip()
    match = _VERBATIM.match(c.text, c.pos)
    assert match is not None
    end = min(match.end(), c.end)
    text = c.text[c.pos : end]
    c.pos = end
    return text


# -- arguments ------------------------------------------------------------------------------------------------------


def argument(c: Cursor) -> Expression | None:
    """One argument without commas (a file of a redirection, the condition of a switch clause), None if missing."""
    char = c.skip()
    if char == "," or (char in _END and (char != "\0" or c.at_end())) or _stops(c, char):
        return None
    return _item(c)


def arguments(c: Cursor) -> Expression | None:
    """One argument or several with commas, None if missing."""
    found = argument(c)
    return found and _with_commas(c, found)


def _stops(c: Cursor, char: str) -> bool:
    if char in "<>123456*":
        return char == "<" or _REDIRECTION.match(c.text, c.pos) is not None
    return char in DASHES and c.text[c.pos + 1] in DASHES and c.text[c.pos + 2] in WORD_ENDS


def _with_commas(c: Cursor, first: Expression) -> Expression:
    if c.skip() != ",":
        return first
    items = [first]
    semantic.in_list(c, first)
    while c.skip() == ",":
        c.pos += 1
        after = c.pos
        c.skip_lines()
        item = argument(c)
        if item is None:
            items.append(c.missing("MissingExpression", after, ","))
            break
        semantic.in_list(c, item)
        items.append(item)
    return ArrayLiteral(start=first.start, end=items[-1].end, items=tuple(items))


def _item(c: Cursor) -> Expression:
    """One argument: an expression that starts like one, else a word."""
    text = c.text
    start = c.pos
    char = text[start]
    if char in _ATOM_STARTS:
        found = atom(c, argument_mode=True)
        if found is not None:
            after = text[c.pos]
            if after in ".[:<":
                return member_access(c, found, argument_mode=True)
            return found
        if char == "@":
            c.error("UnrecognizedToken", start, start + 1)
            c.pos += 1
            return Variable(start=start, end=c.pos, name="__error__")
    match = PLAIN_WORD.match(text, start)
    if match and text[match.end()] in WORD_ENDS:
        c.pos = match.end()
        return String(start=start, end=c.pos, value=match.group(), kind="bare")
    return strings.word(c)


# -- redirections ---------------------------------------------------------------------------------------------------


def redirection(c: Cursor, found: list[Redirection]) -> bool:
    """Reads the redirection at the cursor, if there is one."""
    start = c.pos
    if c.text[start] == "<":
        c.pos += 1
        if argument(c) is None:
            c.error("MissingFileSpecification", c.pos, c.pos)
        c.error("RedirectionNotSupported", start, start + 1, "<")
        return True
    match = _REDIRECTION.match(c.text, start)
    if match is None:
        return False
    c.pos = match.end()
    stream = match["stream"] or "1"
    if stream == "6":
        c.error("LabLaterVersion", start, c.pos, "The information stream", "5.0")
    target: Expression | Literal["&1"] = "&1"
    if match["merge"] is None:
        target = argument(c) or c.missing("MissingFileSpecification", match.end())
    elif match["merge"] == "2" or stream == "1":
        c.error("RedirectionNotSupported", start, c.pos, match.group())
    if any(other.stream == stream for other in found):
        c.error("StreamAlreadyRedirected", start, c.pos, stream)
    end = c.pos if target == "&1" else target.end
    found.append(Redirection(start=start, end=end, stream=stream, target=target, append=bool(match["append"])))
    return True
