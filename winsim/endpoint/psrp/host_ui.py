"""The client's host as the pipelines of a pool see it (MS-PSRP 2.2.3.17)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from winsim.endpoint.psrp import codec
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.hosting import HostUnavailable
from winsim.interpreter.values import Int64, PSObject

if TYPE_CHECKING:
    from winsim.endpoint.psrp.pipeline import PipelineRun

WITHOUT_ANSWER: Final = -100
METHODS: Final[Mapping[str, int]] = {
    "SetShouldExit": 6, "ReadLine": 11, "ReadLineAsSecureString": 12, "Write1": 13, "Write2": 14, "WriteLine1": 15,
    "WriteLine2": 16, "WriteLine3": 17, "WriteErrorLine": 18, "WriteDebugLine": 19, "WriteProgress": 20,
    "WriteVerboseLine": 21, "WriteWarningLine": 22, "Prompt": 23, "PromptForCredential1": 24,
    "PromptForCredential2": 25, "PromptForChoice": 26, "SetForegroundColor": 28, "SetBackgroundColor": 30,
    "SetCursorPosition": 32, "SetWindowPosition": 34, "SetCursorSize": 36, "SetBufferSize": 38, "SetWindowSize": 40,
    "SetWindowTitle": 42, "ReadKey": 46, "FlushInputBuffer": 47, "SetBufferContents1": 48, "SetBufferContents2": 49,
    "ScrollBufferContents": 51, "PopRunspace": 53, "PromptForChoiceMultipleSelection": 56,
}  # fmt: skip
_ANSWERED: Final = frozenset(
    {
        "ReadLine", "ReadLineAsSecureString", "Prompt", "PromptForCredential1", "PromptForCredential2",
        "PromptForChoice", "PromptForChoiceMultipleSelection", "ReadKey",
    }
)  # fmt: skip
_DEFAULTS: Final = {
    "ForegroundColor": 0, "BackgroundColor": 1, "CursorPosition": 2, "WindowPosition": 3, "CursorSize": 4,
    "BufferSize": 5, "WindowSize": 6, "MaxWindowSize": 7, "MaxPhysicalWindowSize": 8, "WindowTitle": 9,
}  # fmt: skip
_LINES: Final = {
    "output": "WriteLine2",
    "error": "WriteErrorLine",
    "debug": "WriteDebugLine",
    "verbose": "WriteVerboseLine",
    "warning": "WriteWarningLine",
}


@dataclass(frozen=True)
class HostInfo:
    """What the client says of its host. ``raw`` is its _hostDefaultData by number."""

    has_host: bool = False
    has_ui: bool = False
    has_raw_ui: bool = False
    use_runspace_host: bool = True
    raw: Mapping[int, object] = field(default_factory=dict)


def read_host_info(value: object) -> HostInfo:
    if not isinstance(value, PSObject):
        return HostInfo()
    return HostInfo(
        value.get("_isHostNull", True) is False,
        value.get("_isHostUINull", True) is False,
        value.get("_isHostRawUINull", True) is False,
        value.get("_useRunspaceHost", True) is not False,
        _default_data(value.get("_hostDefaultData")),
    )


def _default_data(value: object) -> dict[int, object]:
    data = codec.plain(value.get("data")) if isinstance(value, PSObject) else None
    if not isinstance(data, Dictionary):
        return {}
    found: dict[int, object] = {}
    for key, entry in data.items():
        if isinstance(key, int):
            found[int(key)] = codec.plain(entry.get("V")) if isinstance(entry, PSObject) else entry
    return found


class HostCallFailed(Exception):
    """The client answered a host call with an error; ``record`` is that error as it came."""

    def __init__(self, record: object) -> None:
        super().__init__(str(record))
        self.record = record


class HostCalls:
    """The calls of a pool that wait for an answer, over all of its pipelines."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._next = 0
        self._answers: dict[int, object] = {}
        self._waiting: set[int] = set()

    def begin(self) -> int:
        with self._condition:
            self._next += 1
            self._waiting.add(self._next)
            return self._next

    def answer(self, message: object) -> None:
        if not isinstance(message, PSObject):
            return
        call_id = message.get("ci")
        with self._condition:
            if isinstance(call_id, int) and int(call_id) in self._waiting:
                self._answers[int(call_id)] = message
                self._condition.notify_all()

    def wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def wait(self, call_id: int, run: PipelineRun) -> object:
        """The value of the answer; HostUnavailable when the pipeline is stopped meanwhile."""
        with self._condition:
            self._condition.wait_for(lambda: call_id in self._answers or run.stopping)
            self._waiting.discard(call_id)
            message = self._answers.pop(call_id, None)
        if not isinstance(message, PSObject):
            raise HostUnavailable("the pipeline was stopped")
        if message.get("me") is not None:
            raise HostCallFailed(message.get("me"))
        return codec.plain(message.get("mr"))


class RunspaceUI:
    """HostUI of one runspace: speaks for the pipeline that runs in it."""

    def __init__(
        self, pool_host: HostInfo, calls: HostCalls, forward: Callable[[object], None] = lambda event: None
    ) -> None:
        self._pool_host = pool_host
        self._calls = calls
        self.forward_event = forward  # tells the client of an event
        self._run: PipelineRun | None = None
        self._raw: dict[int, object] = dict(pool_host.raw)
        self._host = pool_host

    def attach(self, run: PipelineRun, host: HostInfo) -> None:
        self._run = run
        self._host = self._pool_host if host.use_runspace_host else host
        if not host.use_runspace_host:
            self._raw = dict(host.raw)

    @property
    def interactive(self) -> bool:
        return self._host.has_host and self._host.has_ui

    @property
    def has_raw_ui(self) -> bool:
        return self.interactive and self._host.has_raw_ui

    def write(self, text: str, foreground: int | None, background: int | None, newline: bool) -> None:
        if not self.interactive:
            return
        if self.has_raw_ui:
            foreground = self._colour(0) if foreground is None else foreground
            background = self._colour(1) if background is None else background
        if foreground is None or background is None:
            self._send("WriteLine2" if newline else "Write1", (text,))
        else:
            self._send("WriteLine3" if newline else "Write2", (foreground, background, text))

    def write_line(self, stream: Literal["output", "error", "warning", "verbose", "debug"], text: str) -> None:
        if self._run is not None and stream in {"warning", "verbose", "debug"}:
            # These lines are records, too; without a client host the others vanish.
            self._run.write_text_record(stream, text)
        self.show_line(stream, text)

    def show_line(self, stream: Literal["output", "error", "warning", "verbose", "debug"], text: str) -> None:
        """Only the call: the record of the stream went out before it."""
        if self.interactive:
            self._send(_LINES[stream], (text,))

    def show_progress(self, source: int, record: object) -> None:
        if self.interactive:
            self._send("WriteProgress", (Int64(source), codec.ProgressNotes(record)))

    def call(self, method: str, arguments: Sequence[object]) -> object:
        kind, name = method[:3], method[3:]
        if name in _DEFAULTS and kind == "Get":
            return self._raw.get(_DEFAULTS[name]) if self.has_raw_ui else None
        if method not in METHODS:
            raise HostUnavailable(f"the host method {method} cannot be called over remoting")
        needs_raw = 28 <= METHODS[method] <= 51
        if not self.interactive or (needs_raw and not self.has_raw_ui):
            raise HostUnavailable(method)
        if name in _DEFAULTS and kind == "Set":
            self._raw[_DEFAULTS[name]] = arguments[0]
        if method not in _ANSWERED:
            self._send(method, arguments)
            return None
        assert self._run is not None
        call_id = self._calls.begin()
        self._send(method, arguments, call_id)
        return self._calls.wait(call_id, self._run)

    def set_should_exit(self, code: int) -> None:
        """Sent also to a client that says that it has no host."""
        self._send("SetShouldExit", (code,))

    def _colour(self, number: int) -> int | None:
        value = self._raw.get(number)
        if isinstance(value, PSObject):
            value = value.base
        return int(value) if isinstance(value, int) else None

    def _send(self, method: str, arguments: Sequence[object], call_id: int = WITHOUT_ANSWER) -> None:
        if self._run is not None:
            self._run.send_host_call(codec.host_call(call_id, METHODS[method], method, arguments))
