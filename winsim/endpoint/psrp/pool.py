"""A runspace pool as Server 2012 R2 keeps it: the PSRP state machine between fragments and runspaces.

Everything but the bodies of pipelines runs in the thread that calls ``receive`` (the event loop).
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from winsim.endpoint.contracts import Runspace
from winsim.endpoint.psrp import codec, messages
from winsim.endpoint.psrp.fragments import BrokenFragment, Defragmenter, Fragmenter
from winsim.endpoint.psrp.host_ui import HostCalls, HostInfo, RunspaceUI, read_host_info
from winsim.endpoint.psrp.messages import BrokenMessage, Message, MessageType, PoolState
from winsim.endpoint.psrp.pipeline import PipelineRun, Slot
from winsim.endpoint.psrp.requests import command_metadata_pipeline, read_capability, read_pipeline
from winsim.endpoint.psrp.session_key import BrokenKey, SessionKey
from winsim.interpreter.hosting import Outcome
from winsim.interpreter.values import PSObject

log = logging.getLogger(__name__)

PROTOCOL: Final = (2, 2)
_LARGEST_MESSAGE: Final = 50 * 1024 * 1024  # PSMaximumReceivedDataSizePerCommand
_STOP_AGAIN: Final = 0.1
_NO_POOL: Final = uuid.UUID(int=0)


class BrokenPeer(Exception):
    """What the client sent cannot be understood; the transport answers with a fault."""


class PoolTransport(Protocol):
    """What a pool needs around it; ``send_fragments`` may be called from any thread and may block there."""

    def send_fragments(self, pipeline: uuid.UUID | None, fragments: list[bytes]) -> None: ...

    def open_runspace(self, ui: RunspaceUI) -> Runspace: ...

    def run(self, work: Callable[[], None]) -> None:
        """Runs ``work`` in a worker thread."""

    def post(self, work: Callable[[], None]) -> None:
        """Runs ``work`` in the thread of the pool."""

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """As ``post``, after some time; called in the thread of the pool."""

    def settle(self) -> None: ...

    def pipeline_ended(self, pipeline: uuid.UUID) -> None:
        """The last message of a pipeline was sent; called in its worker thread."""

    def closed(self) -> None: ...


@dataclass
class _Target:
    """The receiving side of the pool or of one pipeline."""

    defragmenter: Defragmenter


class PoolServer:
    def __init__(self, id: uuid.UUID, transport: PoolTransport) -> None:
        self.id = id
        self.state: PoolState | None = None
        self.smallest = self.largest = 1
        self.key = SessionKey()
        self.runs: dict[uuid.UUID, PipelineRun] = {}
        self.calls = HostCalls()
        self.application_arguments: object = None
        self._transport = transport
        self._fragmenter = Fragmenter()
        self._fragment_lock = threading.Lock()
        self._targets: dict[uuid.UUID | None, _Target] = {None: _Target(Defragmenter(_LARGEST_MESSAGE))}
        self._host = HostInfo()
        self._capable = False
        self._protocol = PROTOCOL
        self._slots: list[Slot] = []
        self._idle: list[Slot] = []
        self._waiting: deque[PipelineRun] = deque()

    # from the transport

    def receive(self, data: bytes, pipeline: uuid.UUID | None = None) -> None:
        target = self._targets.get(pipeline)
        if target is None:
            raise BrokenPeer("data for a pipeline that was not announced")
        try:
            for data_of_message in target.defragmenter.feed(data):
                self._handle(messages.unpack(data_of_message), pipeline)
        except (BrokenFragment, BrokenMessage, codec.BrokenData, BrokenKey) as error:
            raise BrokenPeer(str(error)) from error

    def announce(self, pipeline: uuid.UUID) -> None:
        """A Command with this id was created: a CreatePipeline message may follow."""
        self._targets[pipeline] = _Target(Defragmenter(_LARGEST_MESSAGE))

    def forget(self, pipeline: uuid.UUID) -> None:
        self.stop(pipeline)
        self._targets.pop(pipeline, None)
        self.runs.pop(pipeline, None)

    def stop(self, pipeline: uuid.UUID) -> None:
        run = self.runs.get(pipeline)
        if run is None or run.ended:
            return
        run.stop()
        self.calls.wake()
        if run in self._waiting:
            self._waiting.remove(run)
            self._transport.run(lambda: self._end(run, Outcome("stopped")))
        else:
            # A request that comes before the interpreter has begun would get lost.
            self._transport.later(_STOP_AGAIN, lambda: self._stop_again(run))

    def _stop_again(self, run: PipelineRun) -> None:
        if not run.ended:
            run.stop()
            self._transport.later(_STOP_AGAIN, lambda: self._stop_again(run))

    def close(self) -> None:
        """Closing and closed are told; running pipelines are stopped."""
        if self.state in {PoolState.CLOSED, PoolState.BROKEN}:
            return
        self.state = PoolState.CLOSED
        for pipeline in list(self.runs):
            self.stop(pipeline)
        self._send(MessageType.RUNSPACEPOOL_STATE, None, messages.pool_state(PoolState.CLOSING))
        self._send(MessageType.RUNSPACEPOOL_STATE, None, messages.pool_state(PoolState.CLOSED))
        self._transport.closed()

    def connect(self, data: bytes) -> bytes:
        """A new client takes the pool over: the two messages of connectResponseXml; the rest follows on the pool."""
        connecting = Defragmenter(_LARGEST_MESSAGE)
        try:
            for text in connecting.feed(data):
                message = messages.unpack(text)
                if message.type == MessageType.SESSION_CAPABILITY and read_capability(message.data) is None:
                    raise BrokenPeer("the client's protocol version is not supported")
        except (BrokenFragment, BrokenMessage, codec.BrokenData) as error:
            raise BrokenPeer(str(error)) from error
        answer = self._fragments(
            MessageType.SESSION_CAPABILITY, None, messages.session_capability(self._protocol_text), _NO_POOL
        )
        initial = messages.pool_init_data(self.smallest, self.largest)
        answer += self._fragments(MessageType.RUNSPACEPOOL_INIT_DATA, None, initial, self.id)
        private = messages.application_private_data(self._protocol_text)
        self._send(MessageType.APPLICATION_PRIVATE_DATA, None, private)
        self._targets[None] = _Target(Defragmenter(_LARGEST_MESSAGE))
        return b"".join(answer)

    @property
    def _protocol_text(self) -> str:
        return f"{self._protocol[0]}.{self._protocol[1]}"

    # messages

    def _handle(self, message: Message, pipeline: uuid.UUID | None) -> None:
        if pipeline is not None:
            self._handle_pipeline(message, pipeline)
            return
        handler = {
            MessageType.SESSION_CAPABILITY: self._session_capability,
            MessageType.INIT_RUNSPACEPOOL: self._init_pool,
            MessageType.PUBLIC_KEY: self._public_key,
            MessageType.SET_MAX_RUNSPACES: self._set_largest,
            MessageType.SET_MIN_RUNSPACES: self._set_smallest,
            MessageType.GET_AVAILABLE_RUNSPACES: self._get_available,
            MessageType.RUNSPACEPOOL_HOST_RESPONSE: self._host_answer,
        }.get(MessageType(message.type) if message.type in set(MessageType) else MessageType.USER_EVENT)
        if handler is not None:
            handler(message)
        elif message.pipeline in self._targets and message.pipeline != messages.NO_PIPELINE:
            # Host answers may come by the stream of the pool though they are for a pipeline.
            self._handle_pipeline(message, message.pipeline)

    def _handle_pipeline(self, message: Message, pipeline: uuid.UUID) -> None:
        run = self.runs.get(pipeline)
        if message.type == MessageType.CREATE_PIPELINE and run is None:
            self._start(PipelineRun(pipeline, read_pipeline(message.data, self.key), self._send_pipeline, self.key))
        elif message.type == MessageType.GET_COMMAND_METADATA and run is None:
            spec = command_metadata_pipeline(message.data, self.key)
            self._start(PipelineRun(pipeline, spec, self._send_pipeline, self.key))
        elif message.type == MessageType.PIPELINE_INPUT and run is not None:
            run.add_input(message.data)
        elif message.type == MessageType.END_OF_PIPELINE_INPUT and run is not None:
            run.end_input()
        elif message.type == MessageType.PIPELINE_HOST_RESPONSE:
            self._host_answer(message)

    def _session_capability(self, message: Message) -> None:
        client = read_capability(message.data)
        if self.state is not None or self._capable:
            self.close()  # a second capability ends a pool
            return
        if client is not None:
            self._protocol = min(client, PROTOCOL)
            self._capable = True
        # A client of another version hears what the server can do, and then nothing.
        text = messages.session_capability(self._protocol_text)
        self._emit(self._fragments(MessageType.SESSION_CAPABILITY, None, text, _NO_POOL))

    def _init_pool(self, message: Message) -> None:
        if not self._capable:
            return
        if self.state is not None:
            raise BrokenPeer("the pool is open already")
        settings = codec.read_notes(message.data, self.key)
        smallest, largest = settings.get("MinRunspaces"), settings.get("MaxRunspaces")
        self.smallest = int(smallest) if isinstance(smallest, int) else 1
        self.largest = int(largest) if isinstance(largest, int) else 1
        self._host = read_host_info(settings.get("HostInfo"))
        self.application_arguments = settings.get("ApplicationArguments")
        private = messages.application_private_data(self._protocol_text)
        self._send(MessageType.APPLICATION_PRIVATE_DATA, None, private)
        opened = 1 <= self.smallest <= self.largest
        self.state = PoolState.OPENED if opened else PoolState.BROKEN
        self._send(MessageType.RUNSPACEPOOL_STATE, None, messages.pool_state(self.state))

    def _public_key(self, message: Message) -> None:
        blob = codec.read_notes(message.data, self.key).get("PublicKey")
        if not isinstance(blob, str):
            raise BrokenPeer("the public key is missing")
        text = messages.encrypted_session_key(self.key.for_client(blob))
        self._send(MessageType.ENCRYPTED_SESSION_KEY, None, text)

    def _set_largest(self, message: Message) -> None:
        call_id, value = _numbers(message, "MaxRunspaces", self.key)
        accepted = value >= 1 and value >= self.smallest
        if accepted:
            self.largest = value
        self._available(call_id, accepted)
        self._dispatch()

    def _set_smallest(self, message: Message) -> None:
        call_id, value = _numbers(message, "MinRunspaces", self.key)
        accepted = 1 <= value <= self.largest
        if accepted:
            self.smallest = value
        self._available(call_id, accepted)

    def _get_available(self, message: Message) -> None:
        call_id, _ = _numbers(message, "", self.key)
        busy = len(self._slots) - len(self._idle)
        self._available(call_id, max(0, self.largest - busy))

    def _available(self, call_id: int, answer: bool | int) -> None:
        self._send(MessageType.RUNSPACE_AVAILABILITY, None, messages.availability(call_id, answer))

    def _host_answer(self, message: Message) -> None:
        self.calls.answer(codec.read(message.data, self.key))

    # pipelines

    def _start(self, run: PipelineRun) -> None:
        if self.state is not PoolState.OPENED:
            raise BrokenPeer("the pool is not open")
        self.runs[run.id] = run
        self._waiting.append(run)
        self._dispatch()

    def _dispatch(self) -> None:
        while self._waiting:
            if self._idle:
                slot = self._idle.pop()
            elif len(self._slots) < self.largest:
                slot = Slot(RunspaceUI(self._host, self.calls, self._forward))
                self._slots.append(slot)
            else:
                return
            run = self._waiting.popleft()
            run.slot = slot
            self._transport.run(_Work(self, run, slot))

    def execute(self, run: PipelineRun, slot: Slot) -> None:
        """In a worker thread: runs a pipeline, makes its changes durable, and only then reports its end."""
        try:
            outcome = run.execute(slot, self._transport.open_runspace)
        except Exception as error:
            log.exception("a pipeline ended with a defect of the lab")
            outcome = Outcome("failed", codec.defect_record(error))
        try:
            self._transport.settle()
        except Exception as error:
            log.exception("the state of the lab could not be saved")
            outcome = Outcome("failed", codec.defect_record(error))
        self._transport.post(lambda: self._release(slot))
        self._end(run, outcome)

    def _end(self, run: PipelineRun, outcome: Outcome) -> None:
        run.report(outcome)
        self._transport.pipeline_ended(run.id)

    def _release(self, slot: Slot) -> None:
        if len(self._slots) > self.largest:
            self._slots.remove(slot)
        else:
            self._idle.append(slot)
        self._dispatch()

    # sending

    def _send_pipeline(self, kind: MessageType, pipeline: uuid.UUID, text: str) -> None:
        self._transport.send_fragments(pipeline, self._fragments(kind, pipeline, text, self.id))

    def _send(self, kind: MessageType, pipeline: uuid.UUID | None, text: str) -> None:
        self._emit(self._fragments(kind, pipeline, text, self.id))

    def _forward(self, event: object) -> None:
        """An event that a runspace forwards; called in its worker thread."""
        self._send(MessageType.USER_EVENT, None, codec.user_event(event, self.key))

    def _emit(self, fragments: list[bytes]) -> None:
        self._transport.send_fragments(None, fragments)

    def _fragments(self, kind: MessageType, pipeline: uuid.UUID | None, text: str, pool: uuid.UUID) -> list[bytes]:
        message = messages.pack(kind, pool, pipeline, text)
        with self._fragment_lock:
            return self._fragmenter.split(message)


@dataclass(frozen=True)
class _Work:
    pool: PoolServer
    run: PipelineRun
    slot: Slot

    def __call__(self) -> None:
        self.pool.execute(self.run, self.slot)


def _numbers(message: Message, name: str, key: SessionKey) -> tuple[int, int]:
    """The call id and a number of a message about runspaces; both spellings of the id are in use."""
    content: PSObject = codec.read_notes(message.data, key)
    call_id, value = content.get("ci"), content.get(name)
    if not isinstance(call_id, int):
        raise BrokenPeer("the call id is missing")
    return int(call_id), int(value) if isinstance(value, int) else 0
