"""PathInfoStack: what Get-Location -Stack gives."""

from __future__ import annotations

from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.values import Array, NetObject

NAME = "System.Management.Automation.PathInfoStack"


class PathInfoStack(NetObject):
    """The locations that were pushed, the last one first."""

    type_names = (NAME, "System.Object")

    def __init__(self, name: str, paths: list[object]) -> None:
        self.name = name
        self.paths = paths
        self.count = len(paths)


STACK = TypeDef(NAME, python=(PathInfoStack,), enumerate=lambda this: list(this.paths))
STACK.attribute("Name", "Count")


@STACK.method("ToArray")
def to_array(this: PathInfoStack) -> Array:
    return Array(this.paths, "System.Management.Automation.PathInfo")


LOCATION_TYPES = (STACK,)
