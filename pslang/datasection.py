"""data sections."""

from __future__ import annotations

import re

from pslang import restricted
from pslang.chars import DASHES
from pslang.commands import argument
from pslang.containers import empty
from pslang.cursor import Cursor
from pslang.functions import block
from pslang.syntax import Data, Expression, Statement
from pslang.typenames import simple_name

_FLAG = re.compile(rf"[{DASHES}](?P<name>[^\W\d]\w*)")


def data(c: Cursor, start: int, end: int) -> Statement:
    c.pos = end
    c.skip_lines()
    name = simple_name(c)
    last = c.pos if name else end
    c.skip_lines()
    supported: list[Expression] = []
    match = _FLAG.match(c.text, c.pos)
    if match is not None:
        c.pos = match.end()
        if not "supportedcommand".startswith(match["name"].lower()):
            c.error("InvalidParameterForDataSectionStatement", match.start(), match.end(), match["name"])
            _supported(c, supported, told=True)
            return empty(start)
        if not _supported(c, supported):
            return empty(start)
        last = c.pos
    body = block(c)
    if body is None:
        c.error("MissingStatementBlockForDataSection", last, last)
        return empty(start)
    variable = name.value if name else None
    found = Data(start=start, end=body.end, variable=variable, supported=tuple(supported), body=body)
    if not c.errors:
        restricted.check(c, found)
    return found


def _supported(c: Cursor, found: list[Expression], told: bool = False) -> bool:
    """Reads the commands; ``told``: what is wrong has been reported."""
    while True:
        end = c.pos
        c.skip_lines()
        item = argument(c)
        if item is None:
            if not told:
                c.error("MissingValueForSupportedCommandInDataSectionStatement", end, end)
            return False
        found.append(item)
        if c.skip() != ",":
            return True
        c.pos += 1
