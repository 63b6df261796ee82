"""Replays recorded PSRP conversations against our pool, with the interpreter behind it."""

from __future__ import annotations

import gzip
import json
import queue
import re
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.endpoint.recorded_compare import Message, Verdict, compare, reworded
from winsim.endpoint.contracts import Runspace
from winsim.endpoint.psrp.fragments import Defragmenter, Fragmenter
from winsim.endpoint.psrp.host_ui import RunspaceUI
from winsim.endpoint.psrp.messages import NO_PIPELINE, TO_SERVER, MessageType
from winsim.endpoint.psrp.pool import BrokenPeer, PoolServer
from winsim.interpreter.clixml_writer import encode
from winsim.interpreter.hosting import Identity
from winsim.interpreter.session import Session
from winsim.interpreter.values import PSObject
from winsim.world.lab import World
from winsim.world.machines import build_world

DATA: Final = Path(__file__).parent / "data" / "conversations.json.gz"
NAMES: Final = {kind.name.replace("_", "").lower(): kind for kind in MessageType}
POOL: Final = uuid.UUID("a0000000-0000-0000-0000-000000000001")
PATIENCE: Final = 10.0
# What the README of the recordings says that Server 2012 R2 does not have at all, by conversation.
ABSENT: Final = {
    "005": "ResetRunspaceState belongs to protocol 2.3",
    "006": "ResetRunspaceState belongs to protocol 2.3",
    "127": "the version table has no PSEdition, GitCommitId, OS, Platform",
}
# The files that keep every packet: in them a pipeline begins with its own Command packet, or has none.
WITH_PACKETS: Final = frozenset({"001", "020", "027", "028", "098", "099"})


def load() -> list[dict[str, Any]]:
    document = json.loads(gzip.decompress(DATA.read_bytes()))
    return list(document["conversations"])


def world() -> World:
    made = build_world(
        {
            "lab": "recorded",
            "networks": {"n": {"cidr": "192.168.1.0/24"}},
            "accounts": {"local_administrator": {"user": "Administrator", "password": "Not-Used-1"}},
            "hosts": {"srv01": {"address": "192.168.1.10", "network": "n"}},
        }
    )
    made.clock.set_scale(3.0)  # the scripts sleep
    made.host("srv01").files.make_directory("C:\\usr")  # a folder that every recorded machine had
    return made


def message_name(kind: int) -> str:
    name = MessageType(kind).name.title().replace("_", "")
    return {"InitRunspacepool": "InitRunspacePool", "RunspacepoolState": "RunspacePoolState"}.get(name, name)


@dataclass
class Replay:
    """The transport of one pool. Work of the pool runs in the thread that replays."""

    conversation: dict[str, Any]
    templates: dict[str, str]
    machine: World
    workers: ThreadPoolExecutor
    reworded: bool = False  # whether scripts in the language of PowerShell 5 are put into that of 4.0
    answers: list[Message] = field(default_factory=list)
    ended: set[uuid.UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pool = PoolServer(POOL, self)
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._incoming: dict[int, Defragmenter] = {}
        self._fragmenter = Fragmenter()
        self._numbers: dict[uuid.UUID, int] = {}
        self._announced: set[int] = set()

    @property
    def number(self) -> str:
        return str(self.conversation["file"]).partition("_")[0]

    # PoolTransport

    def send_fragments(self, pipeline: uuid.UUID | None, fragments: list[bytes]) -> None:
        with self._lock:
            number = self._numbers.get(pipeline, 0) if pipeline else 0
            for data in self._incoming.setdefault(number, Defragmenter(10**9)).feed(b"".join(fragments)):
                name = message_name(int.from_bytes(data[4:8], "little"))
                text = data[40:].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogatepass")
                answer: Message = {"message": name, "data": text}
                self.answers.append(answer if not number else {**answer, "pipeline": number})

    def open_runspace(self, ui: RunspaceUI) -> Runspace:
        identity = Identity("SRV01\\Administrator", frozenset({"builtin\\administrators"}))
        session = Session(self.machine, self.machine.host("srv01"), identity, ui)
        # As the shell of the endpoint does.
        session.scope.vars["pssenderinfo"] = PSObject({"ApplicationArguments": self._pool.application_arguments})
        return session

    def run(self, work: Callable[[], None]) -> None:
        self.workers.submit(work)

    def post(self, work: Callable[[], None]) -> None:
        self._posted.put(work)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        threading.Timer(seconds, self._posted.put, (work,)).start()

    def settle(self) -> None: ...

    def pipeline_ended(self, pipeline: uuid.UUID) -> None:
        self.ended.add(pipeline)

    def closed(self) -> None: ...

    # the client

    def play(self) -> list[Message]:
        recorded = self.conversation["messages"]
        if "opening" in self.conversation:
            for name in ("SessionCapability", "InitRunspacePool"):
                opening = self.templates[f"{name} {self._pool_host()}"]
                self._feed({"message": name, "data": self._sized(opening)})
        opened = len(self.answers)
        expected = 0
        for message in recorded:
            if message["from"] == "server":
                expected += "message" in message and message["message"] != "InformationRecord"
                continue
            self._await_answers(opened + expected)
            self._client(message)
        self._wait(lambda: set(self._numbers) <= self.ended, PATIENCE)
        self._pool.close()
        return self.answers[opened:] if "opening" in self.conversation else self.answers

    def _pool_host(self) -> str:
        """Whether the client said of itself, when it opened the pool, that it has a host."""
        return "full" if "002" in self.conversation["opening"] else "none"

    def _sized(self, data: str) -> str:
        """The pools of these recordings were opened with more than one runspace."""
        smallest, largest = {"003": (3, 5), "006": (1, 2), "022": (1, 2)}.get(self.number, (1, 1))
        data = data.replace('N="MinRunspaces">1<', f'N="MinRunspaces">{smallest}<')
        return data.replace('N="MaxRunspaces">1<', f'N="MaxRunspaces">{largest}<')

    def _client(self, message: Message) -> None:
        if message.get("packet") == "Command":
            self._announce(message["pipeline"])
        if message.get("packet") in ("Signal", "Close") and "pipeline" in message:
            self._pool.stop(self._id(message["pipeline"]))
        elif "packet" not in message:
            if message["message"] == "CreatePipeline" and "data" not in message:
                message = {**message, "data": self._create(message)}
            self._feed(message)

    def _create(self, message: Message) -> str:
        """A CreatePipeline message for one script, after a recorded one."""
        entries = self.conversation.get("pipelines") or [self.conversation]
        entry = entries[min(message.get("pipeline", 1), len(entries)) - 1]
        text = message.get("text", "")
        script = text.removeprefix("script: ") if text.startswith("script: ") else entry.get("script", "")
        script = reworded(script) if self.reworded else script
        data = self.templates[f"create {self.conversation['host']}"]
        if entry.get("no_input") is False:
            data = data.replace('<B N="NoInput">true</B>', '<B N="NoInput">false</B>')
        if self.conversation.get("remote_stream_options"):
            data = data.replace('N="RemoteStreamOptions"><I32>0<', 'N="RemoteStreamOptions"><I32>15<')
        return data.replace("THE SCRIPT", encode(script))

    def _id(self, number: int) -> uuid.UUID:
        return uuid.UUID(int=0xB0 << 120 | number)

    def _feed(self, message: Message) -> None:
        number = message.get("pipeline", 0)
        pipeline = self._id(number) if number else None
        again = pipeline in self.ended and message["message"] == "CreatePipeline"
        if number and self.number not in WITH_PACKETS and (number not in self._announced or again):
            self._announce(number)
        kind = NAMES[message["message"].lower()]
        header = TO_SERVER.to_bytes(4, "little") + int(kind).to_bytes(4, "little") + POOL.bytes_le
        body = header + (pipeline or NO_PIPELINE).bytes_le + message.get("data", "").encode("utf-8", "surrogatepass")
        self._drain()
        try:
            self._pool.receive(b"".join(self._fragmenter.split(body)), pipeline)
        except BrokenPeer:
            return  # over WS-Management a fault; the recorded transport told it in its own way
        self._drain()

    def _announce(self, number: int) -> None:
        pipeline = self._id(number)
        if number in self._announced:  # the same id once more: the first one was closed
            self._pool.forget(pipeline)
            self.ended.discard(pipeline)
        self._announced.add(number)
        self._numbers[pipeline] = number
        self._pool.announce(pipeline)

    def _drain(self) -> None:
        while not self._posted.empty():
            self._posted.get()()

    def _await_answers(self, wanted: int) -> None:
        """Until as many messages came as in the recording, or no pipeline is left to send one."""
        self._wait(lambda: len(self.answers) >= wanted or set(self._numbers) <= self.ended, PATIENCE)
        # A pipeline gives its runspace back just after it told its state.
        states = [answer for answer in self.answers if answer["message"] == "PipelineState"]
        self._wait(lambda: len(self.ended) >= len({answer["pipeline"] for answer in states}), PATIENCE)

    def _wait(self, ready: Callable[[], bool], limit: float) -> None:
        end = time.monotonic() + limit
        while not ready() and time.monotonic() < end:
            self._drain()
            time.sleep(0.002)
        self._drain()


def templates(conversations: list[dict[str, Any]]) -> dict[str, str]:
    """The client's usual messages, taken from the recordings that have them in full."""
    by_name = {c["file"].partition("_")[0]: c["messages"] for c in conversations}
    script = re.compile(r'<S N="Cmd">.*?</S>', re.DOTALL)
    text = re.compile(r"</MS><ToString>.*?</ToString></Obj></LST></Obj><B N=\"IsNested\"", re.DOTALL)

    def general(data: str) -> str:
        data = script.sub('<S N="Cmd">THE SCRIPT</S>', data)
        return text.sub('</MS></Obj></LST></Obj><B N="IsNested"', data)

    return {
        "SessionCapability none": by_name["001"][0]["data"],
        "InitRunspacePool none": by_name["001"][1]["data"],
        "SessionCapability full": by_name["002"][0]["data"],
        "InitRunspacePool full": by_name["002"][1]["data"],
        "create none": general(by_name["059"][0]["data"]),
        "create full": general(by_name["148"][0]["data"]),
    }


def replay_all(only: str = "") -> list[Verdict]:
    """Every conversation with the messages that were recorded."""
    return replay([c for c in load() if c["file"].startswith(only)])


def replay_reworded() -> list[Verdict]:
    """Those whose scripts need a newer PowerShell, in the language of 4.0."""
    return replay([c for c in load() if is_newer(c)], in_words_of_4=True)


def is_newer(conversation: dict[str, Any]) -> bool:
    entries = conversation.get("pipelines") or [conversation]
    return any(reworded(script) != script for script in (entry.get("script") or "" for entry in entries))


def replay(conversations: list[dict[str, Any]], *, in_words_of_4: bool = False) -> list[Verdict]:
    common = templates(load())
    workers = ThreadPoolExecutor(16)
    machines = world()
    verdicts = []
    for conversation in conversations:
        answers = Replay(conversation, common, machines, workers, in_words_of_4).play()
        verdicts.append(compare(conversation, answers))
    workers.shutdown(wait=False)
    return verdicts
