"""The common parameters of one call: -ErrorAction, -OutVariable, -Verbose ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from winsim.interpreter.collect import listed
from winsim.interpreter.convert import to_bool
from winsim.interpreter.scopes import Scope
from winsim.interpreter.streams import Streams, collector
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import ArrayList

if TYPE_CHECKING:
    from winsim.interpreter.frames import Emit

COMMON = frozenset(
    {
        *("Verbose", "Debug", "ErrorAction", "WarningAction", "ErrorVariable", "WarningVariable", "OutVariable"),
        *("OutBuffer", "PipelineVariable", "WhatIf", "Confirm"),
    }
)

PREFERENCES = {
    "ErrorAction": "erroractionpreference",
    "WarningAction": "warningpreference",
}


def preference_values(values: Mapping[str, object]) -> dict[str, object]:
    """The preference variables that common parameters set inside a function."""
    found: dict[str, object] = {}
    for name, variable in PREFERENCES.items():
        if name in values:
            found[variable] = values[name]
    if "Verbose" in values:
        found["verbosepreference"] = "Continue" if to_bool(values["Verbose"]) else "SilentlyContinue"
    if "Debug" in values:
        found["debugpreference"] = "Inquire" if to_bool(values["Debug"]) else "SilentlyContinue"
    if "WhatIf" in values:
        found["whatifpreference"] = to_bool(values["WhatIf"])
    if "Confirm" in values:
        found["confirmpreference"] = "Low" if to_bool(values["Confirm"]) else "None"
    return found


def variable_list(scope: Scope, name: str) -> ArrayList:
    """The list that ``-ErrorVariable name`` fills; ``+name`` adds to what is there."""
    add = name.startswith("+")
    plain = name.lstrip("+")
    prefix, _, rest = plain.rpartition(":")
    target = scope.numbered(prefix) if prefix else scope
    if target is None or rest == "":
        target, rest = scope, plain
    held = (target if prefix else scope).lookup(rest.lower(), None) if add else None
    found = held if isinstance(held, ArrayList) else ArrayList([] if held is None else listed(held))
    target.set_local(rest.lower(), found, rest)
    return found


def with_variables(values: Mapping[str, object], scope: Scope, streams: Streams, emit: Emit) -> tuple[Streams, Emit]:
    """Streams and output of the call, with what the -*Variable parameters collect."""
    if "ErrorVariable" in values:
        streams = streams.copy()
        streams.error_lists += (variable_list(scope, to_text(values["ErrorVariable"])),)
    if "WarningVariable" in values:
        streams = streams.copy()
        streams.warning_lists += (variable_list(scope, to_text(values["WarningVariable"])),)
    if "OutVariable" in values:
        emit = collector(variable_list(scope, to_text(values["OutVariable"])), emit)
    if "PipelineVariable" in values:
        emit = remembering(scope, to_text(values["PipelineVariable"]), emit)
    return streams, emit


def remembering(scope: Scope, name: str, emit: Emit) -> Emit:
    """``-PipelineVariable``: holds the current object while the commands downstream work on it."""
    key = name.lower()

    def write(value: object) -> None:
        scope.set_local(key, value, name)
        emit(value)

    return write
