"""Export-Clixml, Import-Clixml and Select-Xml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.management_content import encoding_of, writable
from winsim.cmdlets.security_secrets import protect, unprotect
from winsim.cmdlets.utility_csv import found
from winsim.interpreter.clixml import BrokenClixml, deserialize_all, serialize_all
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import convert
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.paths import decode
from winsim.interpreter.providers import locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import Array, record

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


class UserCipher:
    """Secure strings in a file: readable for the same user on the same machine."""

    def __init__(self, call: CommandCall) -> None:
        self.call = call

    def encrypt(self, secret: str) -> str:
        return protect(self.call.session, secret)

    def decrypt(self, text: str) -> str:
        return unprotect(self.call.session, text)


@cmdlet("Export-Clixml", ("InputObject", "Path", "LiteralPath", "Depth", "Encoding", "Force", "NoClobber"))
class ExportClixml:
    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        self.values.append(call.get("InputObject"))

    def end(self, call: CommandCall) -> None:
        place = locations(call.session).place(call.text("LiteralPath") or call.text("Path"))
        files = call.host.files
        if call.switch("NoClobber") and files.exists(place.path):
            raise CommandError(
                "NoClobber",
                f"The file '{place.path}' already exists.",
                "ResourceExists",
                place.path,
                "System.IO.IOException",
            )
        if not call.should_process(place.path, "Export-Clixml"):
            return
        writable(call, place.path)
        depth = int(call.text("Depth")) if call.has("Depth") else 2
        encoding = encoding_of(call) or Encoding("Unicode")
        text = serialize_all(self.values, depth, UserCipher(call))
        try:
            files.write(place.path, encoding.preamble + encoding.encode(text))
        except (FileNotFoundError, NotADirectoryError):
            raise CommandError(
                "FileOpenFailure",
                f"Could not find a part of the path '{place.path}'.",
                "OpenError",
                None,
                "System.IO.DirectoryNotFoundException",
            ) from None


@cmdlet("Import-Clixml", ("Path", "LiteralPath"))
def import_clixml(call: CommandCall) -> None:
    for text in call.texts("LiteralPath") or call.texts("Path"):
        for place in found(call, text):
            try:
                values = deserialize_all(decode(call.host.files.read(place.path)), UserCipher(call))
            except BrokenClixml as problem:
                raise CommandError("XmlError", str(problem), "NotSpecified", None, "System.Xml.XmlException") from None
            for value in values:
                items = items_of(value) if not isinstance(value, Dictionary) else None
                call.write_all(items if items is not None else [value])


@cmdlet(
    "Select-Xml",
    ("XPath", "Xml", "Content", "Path", "LiteralPath", "Namespace"),
    locks_world=False,
    by_value=("Content", "Xml"),
    by_name=("Path", "LiteralPath", "Xml"),
    positions={"XPath": 0, "Xml": 1, "Path": 1},
)
class SelectXml:
    def process(self, call: CommandCall) -> None:
        for node, source in self.sources(call):
            self.select(call, node, source)

    @staticmethod
    def sources(call: CommandCall) -> list[tuple[object, str]]:
        if call.has("Xml"):
            items = items_of(call.get("Xml")) if isinstance(call.get("Xml"), Array) else [call.get("Xml")]
            return [(item, "InputStream") for item in items or []]
        kind = get_type("System.Xml.XmlDocument")
        if call.has("Content"):
            return [(convert(text, kind), "InputStream") for text in call.texts("Content")]
        out: list[tuple[object, str]] = []
        for text in call.texts("LiteralPath") or call.texts("Path"):
            for place in found(call, text):
                out.append((convert(decode(call.host.files.read(place.path)), kind), place.path))
        return out

    @staticmethod
    def select(call: CommandCall, node: object, source: str) -> None:
        from winsim.interpreter.methods import call_method, new_object

        arguments: list[object] = [call.text("XPath")]
        names = call.get("Namespace")
        if isinstance(names, Dictionary):
            table = call_table(call, node)
            manager = new_object(call.session, get_type("System.Xml.XmlNamespaceManager"), [table])
            for prefix, uri in names.items():
                call_method(call.caller, manager, "AddNamespace", [to_text(prefix), to_text(uri)])
            arguments.append(manager)
        hits = call_method(call.caller, node, "SelectNodes", arguments)
        for hit in items_of(hits) or []:
            call.write(
                record(
                    "Microsoft.PowerShell.Commands.SelectXmlInfo",
                    {"Node": hit, "Path": source, "Pattern": call.text("XPath"), "__text__": node_text(hit)},
                )
            )


def node_text(node: object) -> str:
    """A hit as text: its value, else what is inside it."""
    from winsim.interpreter.members import get_property_of

    value = get_property_of(node, "Value")
    return to_text(value if value is not None else get_property_of(node, "InnerXml")).strip()


def call_table(call: CommandCall, node: object) -> object:
    """The name table of a node's document."""
    from winsim.interpreter.members import get_property_of

    owner = get_property_of(node, "OwnerDocument") or node
    return get_property_of(owner, "NameTable")
