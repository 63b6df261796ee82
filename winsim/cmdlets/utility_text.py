"""Select-String, ConvertFrom-StringData, Get-FileHash, Out-File."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from winsim.cmdlets.item_paths import places
from winsim.cmdlets.management_content import encoding_of, text_lines
from winsim.interpreter.collect import unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.fileinfo import FileInfo
from winsim.interpreter.net.paths import decode
from winsim.interpreter.net.regextypes import Match, Regex
from winsim.interpreter.provider_files import remote_entry
from winsim.interpreter.providers import locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, record
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
    def begin(self, call: CommandCall) -> None:
        ignore = 0 if call.switch("CaseSensitive") else 1
        texts = call.texts("Pattern")
        self.patterns = texts
        self.regexes = [Regex(re.escape(t) if call.switch("SimpleMatch") else t, ignore) for t in texts]
        self.number = 0
        self.found = False

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
        self.line(call, to_text(value), self.number, "InputStream", call.get("InputObject"))

    def file(self, call: CommandCall, path: str) -> None:
        includes, excludes = call.texts("Include"), call.texts("Exclude")
        name = path.rpartition("\\")[2]
        if (includes and not any(wildcard_match(p, name) for p in includes)) or any(
            wildcard_match(p, name) for p in excludes
        ):
            return
        lines = text_lines(decode(call.host.files.read(path), encoding_of(call)))
        for number, line in enumerate(lines, 1):
            hit = self.line(call, line, number, path, None, lines)
            if hit and (call.switch("List") or call.switch("Quiet")):
                return

    def line(
        self, call: CommandCall, text: str, number: int, path: str, source: object, lines: list[str] | None = None
    ) -> bool:
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
        name = path.rpartition("\\")[2]
        info = record(
            "Microsoft.PowerShell.Commands.MatchInfo",
            {
                "IgnoreCase": not call.switch("CaseSensitive"),
                "LineNumber": number,
                "Line": text,
                "Filename": name,
                "Path": path,
                "Pattern": pattern,
                "Context": self.context(call, number, lines),
                "Matches": Array(shown, "System.Text.RegularExpressions.Match"),
                "__text__": text if path == "InputStream" else f"{path}:{number}:{text}",
            },
        )
        call.write(info)
        return True

    @staticmethod
    def context(call: CommandCall, number: int, lines: list[str] | None) -> object:
        if not call.has("Context") or lines is None:
            return None
        sizes = [int(text) for text in call.texts("Context")]
        before, after = sizes[0], sizes[-1]
        return record(
            "Microsoft.PowerShell.Commands.MatchInfoContext",
            {
                "PreContext": Array(lines[max(number - 1 - before, 0) : number - 1], "System.String"),
                "PostContext": Array(lines[number : number + after], "System.String"),
            },
        )


ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "e": "\x1b", "a": "\a", "0": "\0"}


def unescaped(text: str) -> str:
    """The escapes of regular expressions, as the cmdlet undoes them."""
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text)


@cmdlet("ConvertFrom-StringData", ("StringData",), locks_world=False)
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


@cmdlet("Get-FileHash", ("Path", "LiteralPath", "Algorithm"))
def get_file_hash(call: CommandCall) -> None:
    name = HASHES.get((call.text("Algorithm") or "SHA256").lower())
    if name is None:
        raise CommandError("NotBuilt", f"The algorithm {call.text('Algorithm')} is not available.", "InvalidArgument")
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
