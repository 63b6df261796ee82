"""Members that PowerShell adds to objects: script, alias and code members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winsim.interpreter.values import NetObject, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.scriptblocks import ScriptBlock


class SpecialMember:
    """A member of a PSObject that is not a plain note."""


@dataclass(frozen=True)
class ScriptProperty(SpecialMember):
    getter: ScriptBlock
    setter: ScriptBlock | None = None


@dataclass(frozen=True)
class AliasProperty(SpecialMember):
    target: str


@dataclass(frozen=True)
class ScriptMethod(SpecialMember):
    block: ScriptBlock


@dataclass(frozen=True)
class CodeProperty(SpecialMember):
    """A property computed in Python from the object."""

    getter: Callable[[object], object]
    setter: Callable[[object, object], None] | None = None
    type: str = "System.Object"


@dataclass(frozen=True)
class CodeMethod(SpecialMember):
    """A method in Python: takes the object and the arguments."""

    body: Callable[..., object]


@dataclass(frozen=True)
class PropertySet(SpecialMember):
    names: tuple[str, ...]


def extras(value: object) -> PSObject | None:
    """The members that were added to a value."""
    if isinstance(value, PSObject):
        return value
    if isinstance(value, NetObject | list):
        found: PSObject | None = getattr(value, "ps_members", None)
        return found
    return None


def extend(value: object) -> PSObject | None:
    """As ``extras``, made on demand for objects that can carry members."""
    found = extras(value)
    if found is None and isinstance(value, NetObject | list):
        found = PSObject({}, (), value)
        try:
            value.ps_members = found  # type: ignore[union-attr]
        except AttributeError:
            return None
    return found
