"""One pipeline of a pool: from the CreatePipeline message to the state that ends it."""

from __future__ import annotations

import logging
import queue
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from winsim.endpoint.contracts import Runspace
from winsim.endpoint.psrp import codec, messages
from winsim.endpoint.psrp.host_ui import HostInfo, RunspaceUI
from winsim.endpoint.psrp.messages import MessageType, PipelineState
from winsim.endpoint.psrp.session_key import SessionKey
from winsim.interpreter.hosting import Outcome, PipelineRequest, RemoteCommand

log = logging.getLogger(__name__)

_END: Final = object()


@dataclass
class Slot:
    """One runspace of a pool, opened by the first pipeline that gets it."""

    ui: RunspaceUI
    runspace: Runspace | None = None


@dataclass(frozen=True)
class PipelineSpec:
    """A CreatePipeline message taken apart."""

    commands: tuple[RemoteCommand, ...]
    no_input: bool
    add_to_history: bool
    host: HostInfo
    invocation_info: bool  # RemoteStreamOptions asks for it
    is_nested: bool


class InputQueue:
    """Pipeline input on its way from the network to the worker thread."""

    def __init__(self, ended: bool) -> None:
        self._items: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._ended = ended
        if ended:
            self._items.put(_END)

    def put(self, value: object) -> None:
        if not self._ended:
            self._items.put(value)

    def end(self) -> None:
        if not self._ended:
            self._ended = True
            self._items.put(_END)

    def __iter__(self) -> Iterator[object]:
        while (item := self._items.get()) is not _END:
            yield item


class PipelineRun:
    """Implements the Sink of the interpreter; its methods are called in the worker thread."""

    def __init__(
        self,
        id: uuid.UUID,
        spec: PipelineSpec,
        send: Callable[[MessageType, uuid.UUID, str], None],
        key: SessionKey,
    ) -> None:
        self.id = id
        self.spec = spec
        self.stopping = False
        self.ended = False
        self.slot: Slot | None = None
        self._input = InputQueue(spec.no_input)
        self._send = send
        self._key = key

    # called by the event loop

    def add_input(self, text: str) -> None:
        try:
            value = codec.read(text, self._key)
        except codec.BrokenData:
            return  # as a real server: dropped without a word
        if value is not None:
            self._input.put(value)

    def end_input(self) -> None:
        self._input.end()

    def stop(self) -> None:
        self.stopping = True
        self._input.end()
        if self.slot is not None and self.slot.runspace is not None:
            self.slot.runspace.stop()

    # called in the worker thread

    def execute(self, slot: Slot, open_runspace: Callable[[RunspaceUI], Runspace]) -> Outcome:
        """Runs to the end and says how; the caller reports it."""
        slot.ui.attach(self, self.spec.host)
        if slot.runspace is None:
            slot.runspace = open_runspace(slot.ui)
        if self.stopping:
            return Outcome("stopped", codec.stopped_record())
        request = PipelineRequest(
            self.spec.commands,
            None if self.spec.no_input else iter(self._input),
            self.spec.add_to_history,
        )
        outcome = slot.runspace.invoke(request, self)
        if self.stopping and outcome.state == "completed":  # its input ended because it is to stop
            return Outcome("stopped", codec.stopped_record())
        return outcome

    def report(self, outcome: Outcome) -> None:
        state = {
            "completed": PipelineState.COMPLETED,
            "failed": PipelineState.FAILED,
            "stopped": PipelineState.STOPPED,
        }[outcome.state]
        record = outcome.error
        if record is None and state is PipelineState.STOPPED:
            record = codec.stopped_record()
        error = codec.state_error(record, self._key) if record is not None and state != PipelineState.COMPLETED else ""
        self.ended = True
        self._send(MessageType.PIPELINE_STATE, self.id, messages.pipeline_state(state, error))

    def send_host_call(self, text: str) -> None:
        self._send(MessageType.PIPELINE_HOST_CALL, self.id, text)

    def write_text_record(self, stream: str, text: str) -> None:
        self._informational(_RECORDS[stream], text)

    # Sink

    def output(self, value: object) -> None:
        self._send(MessageType.PIPELINE_OUTPUT, self.id, codec.write(value, self._key))

    def error(self, record: object) -> None:
        text = codec.error_record(record, self._key, extended=self.spec.invocation_info)
        self._send(MessageType.ERROR_RECORD, self.id, text)

    def warning(self, record: object) -> None:
        self._record("warning", record)

    def verbose(self, record: object) -> None:
        self._record("verbose", record)

    def debug(self, record: object) -> None:
        self._record("debug", record)

    def progress(self, record: object) -> None:
        self._send(MessageType.PROGRESS_RECORD, self.id, codec.progress_record(record))
        if self.slot is not None:
            self.slot.ui.show_progress(codec.progress_source(record), record)

    def _record(self, stream: Literal["warning", "verbose", "debug"], record: object) -> None:
        self._informational(_RECORDS[stream], record)
        if self.slot is not None and self.slot.ui.interactive:
            self.slot.ui.show_line(stream, codec.record_text(record))

    def _informational(self, kind: MessageType, record: object) -> None:
        text = codec.informational_record(kind, record, self._key, extended=self.spec.invocation_info)
        self._send(kind, self.id, text)


_RECORDS: Final = {
    "warning": MessageType.WARNING_RECORD,
    "verbose": MessageType.VERBOSE_RECORD,
    "debug": MessageType.DEBUG_RECORD,
}
