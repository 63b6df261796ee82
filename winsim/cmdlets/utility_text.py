"""Select-String, ConvertFrom-StringData, Get-FileHash, Out-File."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from winsim.cmdlets.item_paths import places
from winsim.cmdlets.management_content import encoding_of, text_lines, writable
from winsim.interpreter.collect import unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.fileinfo import FileInfo
from winsim.interpreter.net.paths import decode
from winsim.interpreter.net.regextypes import Match, Regex
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.provider_files import file_content, remote_entry
from winsim.interpreter.providers import locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, PSObject, record
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


@cmdlet(
    "Select-String",
    (
        "InputObject",
        "Pattern",
        "Path",
        "LiteralPath",
        "AllMatches",
        "CaseSensitive",
        "SimpleMatch",
        "Quiet",
        "List",
        "NotMatch",
        "Context",
        "Include",
        "Exclude",
        "Encoding",
    ),
)
class SelectString:
    """Lines that match. With -Context a match waits until the lines after it have come."""

    def begin(self, call: CommandCall) -> None:
        ignore = 0 if call.switch("CaseSensitive") else 1
        self.patterns = call.texts("Pattern")
        self.regexes = [self.regex(call, text, ignore) for text in self.patterns]
        sizes = [int(text) for text in call.texts("Context")] or [0]
        self.before, self.after = sizes[0], sizes[-1]
        self.number = 0
        self.found = False
        self.lines: list[str] = []
        self.waiting: list[tuple[PSObject, int]] = []

    @staticmethod
    def regex(call: CommandCall, text: str, ignore: int) -> Regex:
        try:
            return Regex(re.escape(text) if call.switch("SimpleMatch") else text, ignore)
        except NetError as problem:
            message = f"The string {text} is not a valid regular expression: {problem.message}"
            raise CommandError("InvalidRegex", message, "InvalidArgument", None, "System.ArgumentException") from None

    def process(self, call: CommandCall) -> None:
        if call.has("Path") or call.has("LiteralPath"):
            for place in places(call):
                if not place.provider.is_container(call.session, place.path):
                    self.file(call, place.path)
            return
        value = unwrap(call.get("InputObject"))
        if isinstance(value, FileInfo):
            self.file(call, value.path)
            return
        self.number += 1
        if call.switch("Quiet") and self.found:
            return
        text = to_text(value)
        self.line(call, text, self.number, "InputStream", self.lines)
        if call.has("Context"):
            self.lines.append(text)
            self.release(call, self.number)

    def release(self, call: CommandCall, number: int) -> None:
        """Writes the matches of the pipeline whose lines after them are there."""
        ready = [one for one in self.waiting if one[1] + self.after <= number]
        self.waiting = [one for one in self.waiting if one[1] + self.after > number]
        for info, at in ready:
            self.complete(info, self.lines, at)
            call.write(info)

    def end(self, call: CommandCall) -> None:
        for info, at in self.waiting:
            self.complete(info, self.lines, at)
            call.write(info)

    def file(self, call: CommandCall, path: str) -> None:
        includes, excludes = call.texts("Include"), call.texts("Exclude")
        name = path.rpartition("\\")[2]
        if (includes and not any(wildcard_match(p, name) for p in includes)) or any(
            wildcard_match(p, name) for p in excludes
        ):
            return
        lines = text_lines(decode(file_content(call.session, path), encoding_of(call)))
        for number, line in enumerate(lines, 1):
            hit = self.line(call, line, number, path, lines)
            if hit and (call.switch("List") or call.switch("Quiet")):
                return

    def line(self, call: CommandCall, text: str, number: int, path: str, lines: list[str]) -> bool:
        hits: list[Match] = []
        pattern = self.patterns[0] if self.patterns else ""
        for index, regex in enumerate(self.regexes):
            hits = [Match(found, regex) for found in regex.compiled.finditer(text)]
            if hits:
                pattern = self.patterns[index]
                break
        if bool(hits) == call.switch("NotMatch"):
            return False
        if call.switch("Quiet"):
            if not self.found:
                call.write(True)
            self.found = True
            return True
        shown = [] if call.switch("SimpleMatch") else hits if call.switch("AllMatches") else hits[:1]
        info = record(
            "Microsoft.PowerShell.Commands.MatchInfo",
            {
                "IgnoreCase": not call.switch("CaseSensitive"),
                "LineNumber": number,
                "Line": text,
                "Filename": path.rpartition("\\")[2],
                "Path": path,
                "Pattern": pattern,
                "Context": None,
                "Matches": Array(shown, "System.Text.RegularExpressions.Match"),
                "__text__": labelled(path, number, text),
            },
        )
        if not call.has("Context"):
            call.write(info)
        elif path == "InputStream":
            self.waiting.append((info, number))
        else:
            self.complete(info, lines, number)
            call.write(info)
        return True

    def complete(self, info: PSObject, lines: list[str], number: int) -> None:
        """Adds the lines around a match."""
        first = max(number - 1 - self.before, 0)
        before, after = lines[first : number - 1], lines[number : number + self.after]
        parts = {"PreContext": before, "PostContext": after, "DisplayPreContext": before, "DisplayPostContext": after}
        info["Context"] = record(
            "Microsoft.PowerShell.Commands.MatchInfoContext",
            {name: Array(part, "System.String") for name, part in parts.items()},
        )
        path = to_text(info["Path"])
        rows = [*before, to_text(info["Line"]), *after]
        info["__text__"] = "\r\n".join(
            ("> " if at == number else "  ") + labelled(path, at, row) for at, row in enumerate(rows, first + 1)
        )


def labelled(path: str, number: int, line: str) -> str:
    """A line as text, with its place where it comes from a file."""
    return line if path == "InputStream" else f"{path}:{number}:{line}"


ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "e": "\x1b", "a": "\a", "0": "\0"}


def unescaped(text: str) -> str:
    """The escapes of regular expressions, as the cmdlet undoes them."""
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text)


@cmdlet("ConvertFrom-StringData", ("StringData",), locks_world=False, by_value=("StringData",), empties=("StringData",))
def convert_from_string_data(call: CommandCall) -> None:
    table = Hashtable()
    for raw in call.text("StringData").split("\n"):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        key, sign, value = line.partition("=")
        if not sign:
            raise CommandError(
                "InvalidOperation",
                f"Data line '{line}' is not in 'name=value' format.",
                "InvalidOperation",
                None,
                "System.Management.Automation.PSInvalidOperationException",
            )
        if key.strip() in table:
            raise CommandError(
                "InvalidOperation",
                f"Data item '{key.strip()}' in line '{line}' is already defined.",
                "InvalidOperation",
                None,
                "System.Management.Automation.PSInvalidOperationException",
            )
        table[key.strip()] = unescaped(value.strip())
    call.write(table)


HASHES = {"sha1": "SHA1", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512", "md5": "MD5"}


@cmdlet(
    "Get-FileHash",
    ("Path", "LiteralPath", "Algorithm"),
    by_value=("Path",),
    by_name=("Path", "LiteralPath"),
)
def get_file_hash(call: CommandCall) -> None:
    name = HASHES.get((call.text("Algorithm") or "SHA256").lower())
    if name is None:
        raise NotBuilt(f"the hash algorithm {call.text('Algorithm')}")
    for place in places(call):
        if place.provider.is_container(call.session, place.path):
            continue
        entry = remote_entry(call.session, place.path)
        if entry is None:
            continue
        digest = hashlib.new(name.lower(), entry.content).hexdigest().upper()
        call.write(
            record(
                "Microsoft.PowerShell.Commands.FileHashInfo", {"Algorithm": name, "Hash": digest, "Path": place.path}
            )
        )


@cmdlet("Out-File", ("InputObject", "FilePath", "LiteralPath", "Encoding", "Append", "Force", "NoClobber", "Width"))
class OutFile:
    """What the objects look like as text, in UTF-16 without -Encoding."""

    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        if call.has("InputObject"):
            self.values.append(call.get("InputObject"))

    def end(self, call: CommandCall) -> None:
        from winsim.cmdlets.formatting.output import render_lines

        place = locations(call.session).place(call.text("LiteralPath") or call.text("FilePath"))
        if place.provider.name != "FileSystem":
            place.provider.set_item(
                call.session, place.path, self.values[0] if len(self.values) == 1 else Array(self.values)
            )
            return
        files = call.host.files
        entry = files.find(place.path)
        if entry is not None and call.switch("NoClobber") and not call.switch("Append"):
            raise CommandError(
                "NoClobber",
                f"The file '{place.path}' already exists.",
                "ResourceExists",
                place.path,
                "System.IO.IOException",
            )
        width = int(call.text("Width")) if call.has("Width") else 80
        text = "".join(f"{line}\r\n" for line in render_lines(call, self.values, width))
        old = files.read(place.path) if entry is not None and call.switch("Append") else b""
        encoding = encoding_of(call) or Encoding("Unicode")
        if not call.should_process(place.path, "Output to File"):
            return
        writable(call, place.path)
        try:
            files.write(place.path, old + (b"" if old else encoding.preamble) + encoding.encode(text))
        except (FileNotFoundError, NotADirectoryError):
            raise CommandError(
                "FileOpenFailure",
                f"Could not find a part of the path '{place.path}'.",
                "OpenError",
                None,
                "System.IO.DirectoryNotFoundException",
            ) from None
