"""System.Management.Automation.PSSerializer."""

from __future__ import annotations

from winsim.interpreter.clixml import BrokenClixml, deserialize_all, serialize
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import Array

SERIALIZER = TypeDef("System.Management.Automation.PSSerializer")


@SERIALIZER.static_method("Serialize", "System.Object", "System.Int32", optional=1)
def to_xml(value: object, depth: int = 1) -> str:
    return serialize(value, depth)


@SERIALIZER.static_method("Deserialize", "System.String")
def from_xml(text: str) -> object:
    try:
        values = deserialize_all(text)
    except BrokenClixml as problem:
        raise NetError("System.Xml.XmlException", str(problem)) from None
    return values[0] if len(values) == 1 else Array(values)


TYPES = (SERIALIZER,)
