"""ConvertTo-Csv, ConvertFrom-Csv, Export-Csv, Import-Csv."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import names_of
from winsim.cmdlets.management_content import encoding_of, text_lines, writable
from winsim.interpreter.clixml_records import type_names
from winsim.interpreter.collect import unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.methods import call_method
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.paths import decode
from winsim.interpreter.provider_files import file_content
from winsim.interpreter.providers import Place, glob, locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import EnumValue, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


COMMA = ("UseCulture",)  # the list separator of en-US
NO_PATH = "You must specify either the -Path or -LiteralPath parameters, but not both."


def delimiter_of(call: CommandCall) -> str:
    return call.text("Delimiter") if call.has("Delimiter") else ","


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def row_text(call: CommandCall, names: list[str], value: object) -> str:
    held = [get_property_of(value, name) for name in names]
    return delimiter_of(call).join("" if one is None else quoted(cell_text(call, one)) for one in held)


def cell_text(call: CommandCall, value: object) -> str:
    """``ToString()`` in the culture of the session: of a list that is the name of its type."""
    if isinstance(value, str | int | PSObject) and not isinstance(value, EnumValue):
        return to_text(value)
    return to_text(call_method(call.caller, value, "ToString", []))


def columns(value: object) -> list[str]:
    """The properties of an object; of a table they are Keys, Count and the others, not its keys."""
    if isinstance(unwrap(value), Dictionary):
        return [info.name for info in properties_of(value) if info.kind == "Property"]
    return [name for name in names_of(value) if not name.startswith("__")]


class CsvWriter:
    """The first object decides the columns."""

    def begin(self, call: CommandCall) -> None:
        self.names: list[str] | None = None
        self.lines: list[str] = []

    def take(self, call: CommandCall, value: object) -> None:
        if value is None:
            return
        delimiter = delimiter_of(call)
        if self.names is None:
            self.names = columns(value)
            if not call.switch("NoTypeInformation"):
                kind = (type_names(value) or ("",))[0].removeprefix("CSV:")
                self.lines.append(f"#TYPE {kind}")
            self.lines.append(delimiter.join(quoted(name) for name in self.names))
        self.lines.append(row_text(call, self.names, value))


@cmdlet("ConvertTo-Csv", ("InputObject", "Delimiter", "NoTypeInformation"), idle=COMMA, locks_world=False)
class ConvertToCsv(CsvWriter):
    def process(self, call: CommandCall) -> None:
        self.take(call, call.get("InputObject"))
        call.write_all(self.lines)
        self.lines = []


@cmdlet(
    "Export-Csv",
    (
        "InputObject",
        "Path",
        "LiteralPath",
        "Delimiter",
        "NoTypeInformation",
        "Encoding",
        "Append",
        "Force",
        "NoClobber",
    ),
    by_value=("InputObject",),
    by_name=("InputObject",),
    idle=COMMA,
)
class ExportCsv(CsvWriter):
    def begin(self, call: CommandCall) -> None:
        super().begin(call)
        if not call.text("Path") and not call.text("LiteralPath"):
            raise CommandError("CannotSpecifyPathAndLiteralPath", NO_PATH, "InvalidData")
        self.place = locations(call.session).place(call.text("LiteralPath") or call.text("Path"))
        if call.switch("Append") and call.host.files.is_file(self.place.path):
            self.continue_file(call)

    def continue_file(self, call: CommandCall) -> None:
        lines = text_lines(decode(call.host.files.read(self.place.path), encoding_of(call)))
        body = [line for line in lines if not line.startswith("#TYPE ")]
        if body:
            self.names = next(records("\n".join(body), delimiter_of(call)), [])

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject")
        if self.names is not None and call.switch("Append") and not call.switch("Force"):
            have = {name.lower() for name in names_of(value)}
            missing = [name for name in self.names if name.lower() not in have]
            if missing:
                raise CommandError(
                    "CannotAppendCsvWithMismatchedPropertyNames",
                    "Cannot append CSV content to the following file: "
                    f"{self.place.path}. The appended object does not have a property that corresponds to the "
                    f"following column: {missing[0]}. To continue with mismatched properties, "
                    "add the -Force parameter, and then retry the command.",
                    "InvalidData",
                    missing[0],
                )
        self.take(call, value)

    def end(self, call: CommandCall) -> None:
        files = call.host.files
        entry = files.find(self.place.path)
        if entry is not None and call.switch("NoClobber"):
            raise CommandError(
                "NoClobber",
                f"The file '{self.place.path}' already exists.",
                "ResourceExists",
                self.place.path,
                "System.IO.IOException",
            )
        if not call.should_process(self.place.path, "Export-Csv"):
            return
        writable(call, self.place.path)
        old = files.read(self.place.path) if entry is not None and call.switch("Append") else b""
        encoding = encoding_of(call) or Encoding("ASCII")
        text = "".join(f"{line}\r\n" for line in self.lines)
        try:
            files.write(self.place.path, old + (b"" if old else encoding.preamble) + encoding.encode(text))
        except (FileNotFoundError, NotADirectoryError):
            raise CommandError(
                "FileOpenFailure",
                f"Could not find a part of the path '{self.place.path}'.",
                "OpenError",
                None,
                "System.IO.DirectoryNotFoundException",
            ) from None


def records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of a CSV text; quotes protect delimiters and line breaks, blanks around cells go."""
    cells: list[str] = []
    cell, was_quoted, index = "", False, 0
    while index < len(text):
        char = text[index]
        if char == '"' and not cell.strip():
            cell, index = quoted_cell(text, index)
            was_quoted = True
            continue
        if char == delimiter:
            cells.append(cell if was_quoted else cell.strip())
            cell, was_quoted = "", False
        elif char in "\r\n":
            index += text.startswith("\r\n", index)
            if cells or cell.strip() or was_quoted:
                yield [*cells, cell if was_quoted else cell.strip()]
            cells, cell, was_quoted = [], "", False
        elif not (was_quoted and char in " \t"):
            cell += char
        index += 1
    if cells or cell.strip() or was_quoted:
        yield [*cells, cell if was_quoted else cell.strip()]


def quoted_cell(text: str, index: int) -> tuple[str, int]:
    cell, index = "", index + 1
    while index < len(text):
        if text[index] == '"':
            if text.startswith('""', index):
                cell, index = cell + '"', index + 2
                continue
            return cell, index + 1
        cell += text[index]
        index += 1
    return cell, index


def objects(call: CommandCall, text: str) -> Iterator[PSObject]:
    """The rows as objects."""
    kind = ""
    lines = text.split("\n")
    while lines and lines[0].startswith("#TYPE"):
        kind = lines.pop(0)[5:].strip()
    rows = records("\n".join(lines), delimiter_of(call))
    header = call.texts("Header") if call.has("Header") else next(rows, None)
    if header is None:
        return
    names = [name or f"H{index + 1}" for index, name in enumerate(header)]
    check_header(call, header, names)
    for row in rows:
        made = PSObject({name: row[i] if i < len(row) else None for i, name in enumerate(names)})
        if kind:
            made.type_names = (f"CSV:{kind}", "System.Management.Automation.PSCustomObject", "System.Object")
        yield made


def check_header(call: CommandCall, header: list[str], names: list[str]) -> None:
    lower = [name.lower() for name in names]
    double = next((name for i, name in enumerate(names) if lower.index(name.lower()) != i), None)
    if double is not None:
        raise CommandError(
            "AlreadyPresentPSMemberInfoInternalCollectionAdd",
            f'The member "{double}" is already present.',
            "NotSpecified",
            None,
            "System.Management.Automation.ExtendedTypeSystemException",
        )
    if "" in header:
        call.warning(
            'One or more headers were not specified. Default names starting with "H" have been used in place of '
            "any missing headers."
        )


@cmdlet("ConvertFrom-Csv", ("InputObject", "Delimiter", "Header"), idle=COMMA, locks_world=False)
class ConvertFromCsv:
    def begin(self, call: CommandCall) -> None:
        self.lines: list[str] = []

    def process(self, call: CommandCall) -> None:
        self.lines.extend(call.texts("InputObject"))

    def end(self, call: CommandCall) -> None:
        call.write_all(objects(call, "\n".join(self.lines)))


@cmdlet("Import-Csv", ("Path", "LiteralPath", "Delimiter", "Header", "Encoding"), idle=COMMA)
def import_csv(call: CommandCall) -> None:
    if not (call.has("Path") or call.has("LiteralPath")):
        raise CommandError("CannotSpecifyPathAndLiteralPath", NO_PATH, "InvalidData")
    for text in call.texts("LiteralPath") or call.texts("Path"):
        for place in found(call, text):
            content = decode(file_content(call.session, place.path), encoding_of(call))
            call.write_all(objects(call, content))


def found(call: CommandCall, text: str) -> list[Place]:
    """The files; one that is missing is an open error, as for all that import."""
    try:
        return glob(call.session, text, call.has("LiteralPath"))
    except CommandError as problem:
        if problem.id != "PathNotFound":
            raise
        raise CommandError(
            "FileOpenFailure",
            f"Could not find file '{locations(call.session).place(text).path}'.",
            "OpenError",
            None,
            "System.IO.FileNotFoundException",
        ) from None
