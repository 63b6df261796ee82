"""Statements: the keyword that starts one decides."""

from __future__ import annotations

from collections.abc import Callable

from pslang import conditionals, datasection, functions, handlers, loops, semantic
from pslang.chars import IDENTIFIER, WORD_ENDS
from pslang.containers import empty, label_or_key
from pslang.cursor import Cursor
from pslang.pipelines import pipeline
from pslang.syntax import Break, Continue, Exit, Return, Statement, Throw, Trap
from pslang.typenames import bracket_list


def statements(c: Cursor, found: list[Statement], traps: list[Trap]) -> None:
    """All statements up to ``)``, ``}``, the end, or something that starts none."""
    c.skip_terminators()
    while True:
        item = statement(c)
        if item is None:
            return
        if isinstance(item, Trap):
            traps.append(item)
        else:
            found.append(item)
        if c.skip_terminators() in ")}":
            return


def statement(c: Cursor) -> Statement | None:
    """The statement at the cursor, None (nothing read) where none starts there."""
    char = c.skip()
    if char.isalpha():
        match = IDENTIFIER.match(c.text, c.pos)
        assert match is not None
        end = match.end()
        if c.text[end] in WORD_ENDS:
            rule = _RULES.get(match.group().lower())
            if rule is not None:
                return rule(c, c.pos, end)
    elif char == ":":
        return _labelled(c)
    elif char == "[":
        return _bracketed(c)
    return pipeline(c)


def _labelled(c: Cursor) -> Statement | None:
    """``:label`` before a loop or a switch; anything else is a command of that name."""
    start = c.pos
    label = IDENTIFIER.match(c.text, start + 1)
    if label is not None and c.text[label.end()] in WORD_ENDS:
        c.pos = label.end()
        c.skip_lines()
        word = IDENTIFIER.match(c.text, c.pos)
        rule = _LOOPS.get(word.group().lower()) if word else None
        if word is not None and rule is not None and c.text[word.end()] in WORD_ENDS:
            c.pos = word.end()
            return _looped(rule, c, start, label.group())
        c.pos = start
    return pipeline(c)


def _bracketed(c: Cursor) -> Statement | None:
    """``[attribute()] configuration`` and the like; nearly always just an expression."""
    mark = c.mark()
    place = "statement", c.pos
    if place in c.no_declaration:
        return pipeline(c)
    items = bracket_list(c, expression_mode=False)
    c.skip()
    word = IDENTIFIER.match(c.text, c.pos)
    if items and word and word.group().lower() in _ATTRIBUTED and c.text[word.end()] in WORD_ENDS:
        return _RULES[word.group().lower()](c, word.start(), word.end())
    c.no_declaration.add(place)
    c.reset(mark)
    return pipeline(c)


def _looped(
    rule: Callable[[Cursor, int, str | None], Statement], c: Cursor, start: int, label: str | None
) -> Statement:
    c.enclosing.append((label or "").lower())
    found = rule(c, start, label)
    c.enclosing.pop()
    return found


# -- leaving ---------------------------------------------------------------------------------------------------------


def _break(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    label = label_or_key(c)
    found = Break(start=start, end=label.end if label else end, label=label)
    semantic.jump(c, found, label)
    return found


def _continue(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    label = label_or_key(c)
    found = Continue(start=start, end=label.end if label else end, label=label)
    semantic.jump(c, found, label)
    return found


def _return(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    value = pipeline(c)
    found = Return(start=start, end=value.end if value else end, value=value)
    semantic.leave(c, found, None)
    return found


def _exit(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    value = pipeline(c)
    return Exit(start=start, end=value.end if value else end, value=value)


def _throw(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    value = pipeline(c)
    return Throw(start=start, end=value.end if value else end, value=value)


# -- words that are no statements of 4.0 ------------------------------------------------------------------------------


def _reserved(c: Cursor, start: int, end: int) -> Statement:
    word = c.text[start:end]
    c.pos = end
    c.error("ReservedKeywordNotAllowed", start, end, word)
    if word.lower() in ("class", "using"):
        _skip_declaration(c)
    return empty(start)


def _skip_declaration(c: Cursor) -> None:
    """Goes over the rest of a declaration of PowerShell 5, so that it is one error and not many."""
    text = c.text
    while c.pos < c.end and text[c.pos] not in "\r\n{;":
        c.pos += 1
    if text[c.pos] == "{":
        depth = 0
        while c.pos < c.end:
            depth += {"{": 1, "}": -1}.get(text[c.pos], 0)
            c.pos += 1
            if depth == 0:
                return


def _enum(c: Cursor, start: int, end: int) -> Statement | None:
    """``enum Name {``: in 4.0 a command that does not exist; what was meant needs 5.0."""
    c.pos = end
    c.skip()
    name = IDENTIFIER.match(c.text, c.pos)
    c.pos = name.end() if name else end
    if name is None or c.skip_lines() != "{":
        c.pos = start
        return pipeline(c)
    c.error("LabLaterVersion", start, name.end(), "enum", "5.0")
    _skip_declaration(c)
    return empty(start)


def _configuration(c: Cursor, start: int, end: int) -> Statement | None:
    c.pos = end
    c.error("ConfigurationNotSupported", start, end)
    _skip_declaration(c)
    return empty(start)


def _stray(c: Cursor, start: int, end: int) -> Statement | None:
    """else, elseif, catch and until where no statement wants them: a command, unless an error came before."""
    if not c.errors:
        return pipeline(c)
    c.pos = end
    c.skip_lines()
    return statement(c)


def _workflow_block(c: Cursor, start: int, end: int) -> Statement | None:
    c.pos = end
    if not c.in_workflow:
        c.error("UnexpectedKeyword", start, end, c.text[start:end])
    block = functions.block(c)
    if block is None:
        c.error("MissingStatementBlock", end, end, c.text[start:end])
    return empty(start)


def _loop(rule: Callable[[Cursor, int, str | None], Statement]) -> Callable[[Cursor, int, int], Statement]:
    def unlabelled(c: Cursor, start: int, end: int) -> Statement:
        c.pos = end
        return _looped(rule, c, start, None)

    return unlabelled


_LOOPS: dict[str, Callable[[Cursor, int, str | None], Statement]] = {
    "for": loops.for_loop,
    "foreach": loops.foreach_loop,
    "while": loops.while_loop,
    "do": loops.do_loop,
    "switch": conditionals.switch,
}

_ATTRIBUTED = frozenset(("class", "configuration", "enum", "using"))

_RULES: dict[str, Callable[[Cursor, int, int], Statement | None]] = {
    **{word: _loop(rule) for word, rule in _LOOPS.items()},
    "if": conditionals.if_statement,
    "try": handlers.try_statement,
    "trap": handlers.trap,
    "data": datasection.data,
    "function": functions.function,
    "filter": functions.function,
    "workflow": functions.function,
    "return": _return,
    "exit": _exit,
    "throw": _throw,
    "break": _break,
    "continue": _continue,
    "configuration": _configuration,
    "enum": _enum,
    **dict.fromkeys(("class", "using", "from", "define", "var"), _reserved),
    **dict.fromkeys(("else", "elseif", "catch", "until"), _stray),
    **dict.fromkeys(("parallel", "sequence"), _workflow_block),
}
