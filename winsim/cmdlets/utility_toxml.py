"""ConvertTo-Xml: objects as plain XML, which no cmdlet reads back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from winsim.interpreter.clixml_writer import primitive
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import convert
from winsim.interpreter.engine_objects import clr_name
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.members import properties_of
from winsim.interpreter.methods import call_method
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type, type_of
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

DECLARATION = '<?xml version="1.0"?>'
STREAM_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


@dataclass
class Element:
    """One ``Object`` or ``Property``: attributes, then text or elements."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def lines(self, indent: str = "") -> list[str]:
        shown = "".join(f' {name}="{escape(value, quotes=True)}"' for name, value in self.attributes.items())
        if self.children:
            inner = [line for child in self.children for line in child.lines(f"{indent}  ")]
            return [f"{indent}<{self.tag}{shown}>", *inner, f"{indent}</{self.tag}>"]
        if self.text:
            return [f"{indent}<{self.tag}{shown}>{escape(self.text)}</{self.tag}>"]
        return [f"{indent}<{self.tag}{shown} />"]


def escape(text: str, *, quotes: bool = False) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\n", "&#xA;").replace("\r", "&#xD;") if quotes else text


class Maker:
    """Makes the elements of one object; its outermost one is an ``Object``."""

    def __init__(self, call: CommandCall) -> None:
        self.call = call
        self.typed = not call.switch("NoTypeInformation")

    def top(self, value: object, depth: int) -> Element:
        made = self.element(value, None, depth)
        made.tag = "Object"
        return made

    def started(self, name: str | None, kind: str | None) -> Element:
        made = Element("Property")
        if name is not None:
            made.attributes["Name"] = name
        if kind is not None and self.typed:
            made.attributes["Type"] = kind
        return made

    def element(self, value: object, name: str | None, depth: int) -> Element:
        if value is None or value is AUTOMATION_NULL:
            return self.started(name, None)
        base = unwrap(value)
        made = self.started(name, kind_of(base))
        if primitive(base) is not None:
            made.text = self.text(base)
        elif isinstance(base, Dictionary):
            for key, item in base.items():
                made.children += [self.element(key, "Key", depth), self.element(item, "Value", depth)]
        elif not isinstance(base, PSObject) and (items := items_of(base)) is not None:
            made.children = [self.element(item, None, depth) for item in items]
        elif depth == 0 or isinstance(base, EnumValue):
            made.text = "" if isinstance(base, PSObject) else self.text(base)
        else:
            made.children = self.properties(value, depth - 1)
        return made

    def properties(self, value: object, depth: int) -> list[Element]:
        made: list[Element] = []
        for info in properties_of(value):
            if info.name.startswith("__"):
                continue
            try:
                held = info.read()
            except TerminatingError:
                held = None
            made.append(self.started(info.name, info.type) if held is None else self.element(held, info.name, depth))
        return made

    def text(self, value: object) -> str:
        return str(value) if isinstance(value, str) else to_text(call_method(self.call.caller, value, "ToString", []))


def kind_of(value: object) -> str:
    kind = type_of(value)
    return clr_name(kind) if kind is not None else "System.Object"


@cmdlet(
    "ConvertTo-Xml",
    ("InputObject", "Depth", "As", "NoTypeInformation"),
    locks_world=False,
    nullable=("InputObject",),
)
class ConvertToXml:
    def begin(self, call: CommandCall) -> None:
        self.objects = Element("Objects")
        self.form = call.text("As", "Document").lower()
        if self.form == "stream":
            call.write(STREAM_DECLARATION)
            call.write("<Objects>")

    def process(self, call: CommandCall) -> None:
        if call.get("InputObject", AUTOMATION_NULL) is AUTOMATION_NULL:
            return
        depth = int(call.text("Depth")) if call.has("Depth") else 1
        made = Maker(call).top(call.get("InputObject"), depth)
        if self.form == "stream":
            call.write("\r\n".join(made.lines()))
        else:
            self.objects.children.append(made)

    def end(self, call: CommandCall) -> None:
        if self.form == "stream":
            call.write("</Objects>")
            return
        text = "\r\n".join([DECLARATION, *self.objects.lines()])
        call.write(text if self.form == "string" else convert(text, get_type("System.Xml.XmlDocument")))
