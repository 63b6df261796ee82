"""``$PSDefaultParameterValues``: values for parameters that a call does not give."""

from __future__ import annotations

from collections.abc import Sequence

from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import to_bool
from winsim.interpreter.frames import Frame
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.wildcards import wildcard_match


def default_values(frame: Frame, command: str) -> Sequence[tuple[str, object]]:
    """(parameter, value) for a command; ``Disabled = $true`` turns all of them off."""
    table = frame.scope.lookup("psdefaultparametervalues", None)
    if not isinstance(table, Dictionary) or not len(table) or to_bool(table.get("Disabled")):
        return ()
    found: list[tuple[str, object]] = []
    for key, value in table.items():
        pattern, _, parameter = to_text(key).partition(":")
        if parameter and wildcard_match(pattern.strip(), command):
            result = frame.session.call_block(value, outside=True) if isinstance(value, ScriptBlock) else value
            found.append((parameter.strip().strip("'\""), result))
    return found
