"""cmd.exe as a program that scripts run: ``cmd /c ...``. What it understands is in winsim/endpoint/winrs."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.interpreter.hosting import HostUnavailable


class _NoScreen:
    """The host of the programs inside: they write to their streams, and ask nobody."""

    interactive = False

    def write(self, text: str, foreground: int | None, background: int | None, newline: bool) -> None: ...

    def write_line(self, stream: str, text: str) -> None: ...

    def call(self, method: str, arguments: object) -> object:
        raise HostUnavailable(method)

    def set_should_exit(self, code: int) -> None: ...


def _folder(call: NativeCall) -> str:
    """Where the session is, when that is a folder."""
    from winsim.interpreter.texts import to_text

    here = to_text(call.session.state["location"]()) if "location" in call.session.state else ""
    return here if here[1:2] == ":" else "C:\\"


@native("cmd.exe")
def cmd(call: NativeCall) -> int:
    from winsim.endpoint.winrs.cmd import CommandProcessor
    from winsim.endpoint.winrs.streams import ProcessStreams
    from winsim.interpreter.session import Session

    line = " ".join(f'"{word}"' if " " in word else word for word in call.args)
    if "/c" not in line.lower():
        raise NotBuilt("an interactive cmd.exe")
    values = call.session.environment()
    names = call.session.state["environment_names"]
    written = {"stdout": b"", "stderr": b""}

    def emit(stream: str, data: bytes) -> None:
        written[stream] += data

    def no_powershell(words: object, streams: object) -> int:
        raise NotBuilt("powershell.exe inside of cmd.exe inside of a script")

    processor = CommandProcessor(
        Session(call.world, call.host, call.session.identity, _NoScreen()),
        ProcessStreams(65001, emit),
        no_powershell,
        {names.get(key, key): value for key, value in values.items()},
        _folder(call),
    )
    code = processor.run(f"cmd.exe {line}")
    if processor.unbuilt:
        raise NotBuilt(processor.unbuilt[0])
    for text, write in ((written["stdout"], call.out), (written["stderr"], call.err)):
        for row in text.decode("utf-8").splitlines():
            write(row)
    return code
