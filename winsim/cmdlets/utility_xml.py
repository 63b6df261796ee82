"""Export-Clixml, Import-Clixml and Select-Xml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winsim.cmdlets.management_content import encoding_of, writable
from winsim.cmdlets.security_secrets import protect, unprotect
from winsim.cmdlets.utility_csv import found
from winsim.interpreter.clixml import BrokenClixml, deserialize_all, serialize_all
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import convert
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.paths import decode
from winsim.interpreter.provider_files import file_content
from winsim.interpreter.providers import Place, locations
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
                values = deserialize_all(decode(file_content(call.session, place.path)), UserCipher(call))
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

    @classmethod
    def sources(cls, call: CommandCall) -> Iterator[tuple[object, str]]:
        """(document or node, its file); what cannot be read is an error of its own."""
        if call.has("Xml"):
            items = items_of(call.get("Xml")) if isinstance(call.get("Xml"), Array) else [call.get("Xml")]
            yield from ((item, "") for item in items or [])
        for text in call.texts("Content"):
            try:
                yield convert(text, get_type("System.Xml.XmlDocument")), ""
            except TerminatingError as problem:
                call.write_record(call.record(as_written(problem)))
        for path in call.texts("LiteralPath") or call.texts("Path"):
            for place in found(call, path):
                document = cls.document(call, place, path)
                if document is not None:
                    yield document, place.path

    @staticmethod
    def document(call: CommandCall, place: Place, written: str) -> object:
        """What is in a file; None after an error."""
        if place.provider.name != "FileSystem":
            info = place.provider.info()
            message = f"The file cannot be opened because the current provider ({info}) cannot open it."
            call.write_error(CommandError("ProcessingFile", message, "InvalidOperation", written))
            return None
        content = file_content(call.session, place.path)
        try:
            return convert(decode(content), get_type("System.Xml.XmlDocument"))
        except TerminatingError as problem:
            inner = problem.record.exception.inner or problem.record.exception
            message = f"The file {place.path} cannot be read: {inner.message}"
            kind = "System.ArgumentException"
            call.write_error(CommandError("ProcessingFile", message, "InvalidArgument", place.path, kind))
            return None

    @staticmethod
    def select(call: CommandCall, node: object, source: str) -> None:
        from winsim.interpreter.methods import call_method, new_object

        arguments: list[object] = [call.text("XPath")]
        names = call.get("Namespace")
        if isinstance(names, Dictionary):
            table = call_table(call, node)
            manager = new_object(call.session, get_type("System.Xml.XmlNamespaceManager"), [table])
            for prefix, uri in names.items():
                if uri is None:
                    message = "The prefix cannot be null."
                    call.write_error(CommandError("PrefixError", message, "InvalidOperation", names))
                    continue
                call_method(call.caller, manager, "AddNamespace", [to_text(prefix), to_text(uri)])
            arguments.append(manager)
        hits = call_method(call.caller, node, "SelectNodes", arguments)
        for hit in items_of(hits) or []:
            call.write(
                record(
                    "Microsoft.PowerShell.Commands.SelectXmlInfo",
                    {
                        "Node": hit,
                        "Path": source or "InputStream",
                        "Pattern": call.text("XPath"),
                        "__text__": f"{node_text(hit)}:{source}" if source else node_text(hit),
                    },
                )
            )


def as_written(problem: TerminatingError) -> CommandError:
    """The error of a conversion, for the error stream."""
    record = problem.record
    return CommandError(
        record.id, record.exception.message, record.category.name, record.target, record.exception.type_name
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
