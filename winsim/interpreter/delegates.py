"""Delegate types: in the lab a delegate is the script block that it was made from."""

from __future__ import annotations

from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.scriptblocks import ScriptBlock

NAMES = (
    "System.Text.RegularExpressions.MatchEvaluator",
    "System.Action",
    *(f"System.Action`{count}" for count in range(1, 5)),
    *(f"System.Func`{count}" for count in range(1, 6)),
    "System.Predicate`1",
    "System.Comparison`1",
    "System.Converter`2",
    "System.EventHandler",
    "System.Net.Security.RemoteCertificateValidationCallback",
)


def from_block(value: object) -> object:
    if isinstance(value, ScriptBlock) or value is None:
        return value
    raise ValueError("Only a script block can be made a delegate.")


def delegate(name: str) -> TypeDef:
    made = TypeDef(name, base="System.MulticastDelegate", convert=from_block)

    @made.constructor("System.Management.Automation.ScriptBlock")
    def new(block: ScriptBlock, kind: object = None) -> ScriptBlock:
        return block

    return made


DELEGATE_TYPES: tuple[TypeDef, ...] = tuple(delegate(name) for name in NAMES)
