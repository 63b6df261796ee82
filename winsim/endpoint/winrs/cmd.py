"""cmd.exe: built-in commands over the host's own files and variables, programs through a runspace."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from winsim.endpoint.contracts import Runspace
from winsim.endpoint.winrs.command_line import NotUnderstood, Simple, expand, parse
from winsim.endpoint.winrs.streams import ProcessStreams
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand
from winsim.interpreter.members import get_property_of
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import PSObject

LONGEST_LINE: Final = 8191
VERSION: Final = "Microsoft Windows [Version 6.3.9600]"
_NOT_FOUND: Final = 1
PowerShellRunner = Callable[[Sequence[str], ProcessStreams], int]


class Exit(Exception):
    """The exit command."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Capture:
    """Collects the text of one command when a pipe or a file takes it."""

    text: str = ""

    def add(self, data: str) -> None:
        self.text += data


@dataclass
class Writer:
    """Where the two output streams of one command go."""

    out: Callable[[str], None]
    err: Callable[[str], None]

    def line(self, text: str = "") -> None:
        self.out(text + "\r\n")

    def error(self, text: str) -> None:
        self.err(text + "\r\n")


@dataclass
class _Collected:
    values: list[object] = field(default_factory=list)
    errors: list[object] = field(default_factory=list)

    def output(self, value: object) -> None:
        self.values.append(value)

    def error(self, record: object) -> None:
        self.errors.append(record)

    def _ignore(self, record: object) -> None: ...

    warning = verbose = debug = progress = _ignore


class CommandProcessor:
    """One cmd.exe process."""

    def __init__(
        self,
        runspace: Runspace,
        streams: ProcessStreams,
        run_powershell: PowerShellRunner,
        environment: dict[str, str],
        folder: str,
    ) -> None:
        self._runspace = runspace
        self._streams = streams
        self._run_powershell = run_powershell
        self._environment = environment
        self._folder = folder
        self._level = 0
        self.unbuilt: list[str] = []  # what the lab does not do and was asked for

    def run(self, line: str) -> int:
        """The exit code of ``cmd /c line``."""
        writer = Writer(self._streams.write, lambda text: self._streams.write(text, error=True))
        if len(line) > LONGEST_LINE:
            writer.error("The command line is too long.")
            return 1
        try:
            return self._line(line, writer)
        except Exit as leaving:
            return leaving.code
        except NotUnderstood as problem:
            self.unbuilt.append(f"{problem.what} of cmd.exe")
            writer.error(f"the simulated lab does not implement {problem.what} of cmd.exe")
            return 1

    # lines

    def _line(self, line: str, writer: Writer) -> int:
        commands = parse(expand(line, self._variable))
        code, index = 0, 0
        while index < len(commands):
            end = index
            while commands[end].joint == "|" and end + 1 < len(commands):
                end += 1
            code = self._pipe(commands[index : end + 1], writer)
            joint = commands[end].joint
            index = end + 1
            while index < len(commands) and ((joint == "&&" and code != 0) or (joint == "||" and code == 0)):
                joint = commands[index].joint
                index += 1
        return code

    def _pipe(self, commands: Sequence[Simple], writer: Writer) -> int:
        code, fed = 0, None
        for number, command in enumerate(commands):
            capture = Capture() if number < len(commands) - 1 else None
            target = writer if capture is None else Writer(capture.add, writer.err)
            code = self._redirected(command, target, fed)
            fed = capture.text if capture is not None else None
        return code

    def _redirected(self, command: Simple, writer: Writer, fed: str | None) -> int:
        files: list[tuple[Capture, str, bool]] = []
        out, err = writer.out, writer.err
        for stream, operator, target in command.redirections:
            if operator == "<":
                fed = self._read_file(target)
                continue
            if target.startswith("&"):
                chosen = out if target == "&1" else err
            elif target.lower() == "nul":
                chosen = _nowhere
            else:
                capture = Capture()
                files.append((capture, target, operator == ">>"))
                chosen = capture.add
            out, err = (chosen, err) if stream == 1 else (out, chosen)
        code = self._simple(command, Writer(out, err), fed)
        for capture, target, append in files:
            self._write_file(target, capture.text, append)
        return code

    def _simple(self, command: Simple, writer: Writer, fed: str | None) -> int:
        if not command.text.strip():
            return 0
        built_in = {
            "echo": self._echo,
            "set": self._set,
            "cd": self._cd,
            "chdir": self._cd,
            "dir": self._dir,
            "type": self._type,
            "ver": self._ver,
            "chcp": self._chcp,
            "chcp.com": self._chcp,
            "rem": self._rem,
            "exit": self._exit,
            "md": self._md,
            "mkdir": self._md,
        }.get(command.name)
        if built_in is not None:
            return built_in(command, writer)
        if _is_cmd(command.words[0]):
            return self._nested(command.text, writer)
        if command.name in _UNBUILT:
            raise NotUnderstood(command.name)
        return self._program(command.words, writer, fed)

    # built-in commands

    def _echo(self, command: Simple, writer: Writer) -> int:
        text = command.tail
        if text.strip().lower() in ("", "on", "off") and not text.startswith("."):
            if not text.strip():
                writer.line("ECHO is on.")
            return 0
        writer.line(text[1:])
        return 0

    def _set(self, command: Simple, writer: Writer) -> int:
        text = command.tail.strip()
        if text.startswith("/"):
            raise NotUnderstood(f"set {text[:2]}")
        text = text.strip('"')
        name, equals, value = text.partition("=")
        if equals:
            self._environment.pop(self._key(name), None)
            if value:
                self._environment[name] = value
            return 0
        shown = [key for key in sorted(self._environment, key=str.lower) if key.lower().startswith(name.lower())]
        for key in shown:
            writer.line(f"{key}={self._environment[key]}")
        if not shown:
            writer.error(f"Environment variable {name} not defined")
            return 1
        return 0

    def _cd(self, command: Simple, writer: Writer) -> int:
        words = [word for word in command.tail.replace('"', "").split() if word.lower() != "/d"]
        if not words:
            writer.line(self._folder)
            return 0
        target = self._full(" ".join(words))
        if not self._ask("Test-Path", LiteralPath=target, PathType="Container"):
            writer.error("The system cannot find the path specified.")
            return 1
        self._folder = target
        return 0

    def _dir(self, command: Simple, writer: Writer) -> int:
        words = command.tail.split()
        switches = {word.lower() for word in words if word.startswith("/")}
        if switches - {"/b", "/a"}:
            raise NotUnderstood(f"dir {' '.join(sorted(switches))}")
        paths = [word.strip('"') for word in words if not word.startswith("/")]
        folder = self._full(paths[0]) if paths else self._folder
        if not self._ask("Test-Path", LiteralPath=folder):
            self._dir_head(writer, folder, switches)
            writer.error("File Not Found")
            return 1
        self._dir_head(writer, folder, switches)
        entries = self._values("Get-ChildItem", LiteralPath=folder, Force=True)
        files = folders = total = 0
        for entry in entries:
            name = to_text(get_property_of(entry, "Name"))
            container = get_property_of(entry, "PSIsContainer") is True
            length = get_property_of(entry, "Length")
            size = int(length) if isinstance(length, int) else 0
            folders, files, total = (folders + 1, files, total) if container else (folders, files + 1, total + size)
            if "/b" in switches:
                writer.line(name)
                continue
            stamp = self._stamp(entry)
            writer.line(f"{stamp}    <DIR>          {name}" if container else f"{stamp} {size:>17,} {name}")
        if "/b" not in switches:
            writer.line(f"{files:>16} File(s) {total:>14,} bytes")
            writer.line(f"{folders:>16} Dir(s)  30,000,000,000 bytes free")
        return 0

    @staticmethod
    def _dir_head(writer: Writer, folder: str, switches: set[str]) -> None:
        if "/b" not in switches:
            writer.line(f" Volume in drive {folder[:1].upper()} has no label.")
            writer.line(" Volume Serial Number is 6A3C-91F2")
            writer.line()
            writer.line(f" Directory of {folder}")
            writer.line()

    @staticmethod
    def _stamp(entry: object) -> str:
        when = get_property_of(entry, "LastWriteTime")
        parts = [get_property_of(when, name) for name in ("Month", "Day", "Year", "Hour", "Minute")]
        month, day, year, hour, minute = (int(part) if isinstance(part, int) else 0 for part in parts)
        return f"{month:02}/{day:02}/{year:04}  {hour % 12 or 12:02}:{minute:02} {'AM' if hour < 12 else 'PM'}"

    def _type(self, command: Simple, writer: Writer) -> int:
        path = self._full(command.tail.strip().strip('"'))
        if not self._ask("Test-Path", LiteralPath=path, PathType="Leaf"):
            writer.error("The system cannot find the file specified.")
            return 1
        writer.out(self._read_file(path))
        return 0

    def _ver(self, command: Simple, writer: Writer) -> int:
        writer.line()
        writer.line(VERSION)
        return 0

    def _chcp(self, command: Simple, writer: Writer) -> int:
        wanted = command.tail.strip()
        if wanted and not (wanted.isascii() and wanted.isdigit() and self._streams.change_page(int(wanted))):
            writer.error("Invalid code page")
            return 1
        writer.line(f"Active code page: {self._streams.page}")
        return 0

    def _rem(self, command: Simple, writer: Writer) -> int:
        return 0

    def _exit(self, command: Simple, writer: Writer) -> int:
        words = [word for word in command.tail.split() if word.lower() != "/b"]
        code = int(words[0]) if words and words[0].lstrip("-").isdigit() else 0
        raise Exit(code)

    def _md(self, command: Simple, writer: Writer) -> int:
        path = self._full(command.tail.strip().strip('"'))
        if self._ask("Test-Path", LiteralPath=path):
            writer.error(f"A subdirectory or file {path} already exists.")
            return 1
        self._values("New-Item", Path=path, ItemType="Directory")
        return 0

    # programs

    def _program(self, words: list[str], writer: Writer, fed: str | None) -> int:
        name = words[0].replace("/", "\\").rpartition("\\")[2].lower().removesuffix(".exe")
        if name == "powershell":
            streams = ProcessStreams(65001, lambda stream, data: self._forward(writer, stream, data))
            if fed is not None:
                streams.input.put(fed.encode(), end=True)
            else:
                streams.input = self._streams.input
            return self._run_powershell(words[1:], streams)
        return self._native(words, writer, fed)

    @staticmethod
    def _forward(writer: Writer, stream: str, data: bytes) -> None:
        (writer.err if stream == "stderr" else writer.out)(data.decode("utf-8", "replace"))

    def _nested(self, text: str, writer: Writer) -> int:
        match = re.search(r"(?i)[\s\"]/c\b ?", text)
        if match is None:
            raise NotUnderstood("an interactive cmd.exe")
        strange = [word for word in text[: match.start()].lower().split()[1:] if word not in _SWITCHES]
        if strange:
            raise NotUnderstood(f"the switch {strange[0]}")
        self._level += 1
        if self._level > 16:
            raise NotUnderstood("so many nested cmd.exe processes")
        line = text[match.end() :]
        if line.startswith('"') and not re.fullmatch(r'"[^"&<>()@^|]*\.exe"\s*', line, re.IGNORECASE):
            # The first and the last quote go, unless they hold nothing but the path of a program.
            head, _, tail = line[1:].rpartition('"')
            line = head + tail if _ else line[1:]
        try:
            return self._line(line, writer)
        except Exit as leaving:
            return leaving.code
        finally:
            self._level -= 1

    def _native(self, words: list[str], writer: Writer, fed: str | None) -> int:
        name = words[0] if words[0].lower().endswith((".exe", ".com")) else f"{words[0]}.exe"
        parameters = tuple((None, word) for word in words[1:])
        collected = _Collected()
        values = None if fed is None else iter(fed.splitlines())
        request = PipelineRequest((RemoteCommand(name, False, parameters),), values)
        outcome = self._runspace.invoke(request, collected)
        for value in collected.values:
            writer.line(to_text(value))
        problems = [*collected.errors, *([] if outcome.error is None else [outcome.error])]
        for problem in problems:
            if to_text(get_property_of(problem, "FullyQualifiedErrorId")).startswith("CommandNotFoundException"):
                writer.error(f"'{words[0]}' is not recognized as an internal or external command,")
                writer.error("operable program or batch file.")
                return _NOT_FOUND
            if to_text(get_property_of(problem, "FullyQualifiedErrorId")) == "LabNotBuilt":
                self.unbuilt.append(to_text(problem).partition("does not implement ")[2])
            writer.error(to_text(problem))
        if outcome.state != "completed":
            return 1
        code = self._values("Get-Variable", Name="LASTEXITCODE", ValueOnly=True)
        return int(code[0]) if code and isinstance(code[0], int) else 1 if problems else 0

    # the host's files and variables, through the runspace

    def _values(self, command: str, **parameters: object) -> list[object]:
        collected = _Collected()
        request = PipelineRequest((RemoteCommand(command, False, tuple(parameters.items())),))
        self._runspace.invoke(request, collected)
        return collected.values

    def _ask(self, command: str, **parameters: object) -> bool:
        return any(value is True for value in self._values(command, **parameters))

    def _read_file(self, path: str) -> str:
        values = self._values("Get-Content", LiteralPath=self._full(path), Raw=True)
        return "".join(to_text(value.base if isinstance(value, PSObject) else value) for value in values)

    def _write_file(self, path: str, text: str, append: bool) -> None:
        full = self._full(path)
        if append and self._ask("Test-Path", LiteralPath=full):
            text = self._read_file(full) + text
        script = "param($Path, $Text) [IO.File]::WriteAllText($Path, $Text)"
        parameters = (("Path", full), ("Text", text))
        self._runspace.invoke(PipelineRequest((RemoteCommand(script, True, parameters),)), _Collected())

    def _full(self, path: str) -> str:
        path = path.replace("/", "\\")
        if path[1:2] == ":":
            parts = path
        elif path.startswith("\\"):
            parts = self._folder[:2] + path
        else:
            parts = f"{self._folder.rstrip(chr(92))}\\{path}"
        found: list[str] = []
        for part in parts.split("\\"):
            if part == "..":
                if len(found) > 1:
                    found.pop()
            elif part not in ("", "."):
                found.append(part)
        return "\\".join(found) if len(found) > 1 else f"{found[0]}\\"

    def _key(self, name: str) -> str:
        return next((key for key in self._environment if key.lower() == name.lower()), name)

    def _variable(self, name: str) -> str | None:
        special = {"cd": self._folder, "errorlevel": "0"}
        found = self._environment.get(self._key(name))
        return special.get(name.lower()) if found is None else found


def _is_cmd(word: str) -> bool:
    return word.replace("/", "\\").rpartition("\\")[2].lower().removesuffix(".exe") == "cmd"


# No AutoRun command, no echo of commands, ANSI output, extensions on, delayed expansion off: as it is here anyway.
_SWITCHES: Final = frozenset({"/d", "/q", "/a", "/e:on", "/v:off", "/f:off"})
_UNBUILT: Final = frozenset(
    {
        "assoc", "break", "call", "cls", "color", "copy", "date", "del", "endlocal", "erase", "for", "ftype", "goto",
        "if", "mklink", "move", "path", "pause", "popd", "prompt", "pushd", "rd", "ren", "rename", "rmdir", "setlocal",
        "shift", "start", "time", "title", "verify", "vol",
    }
)  # fmt: skip


def _nowhere(text: str) -> None: ...
