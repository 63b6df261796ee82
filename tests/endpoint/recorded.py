"""Replays recorded PSRP conversations against our pool, with the interpreter behind it, and compares the answers.

What is compared is the structure: message names in order per pipeline, and per message elements, names, order, type
names and texts. What the version of the recorded server, its operating system or its .NET decide is made equal first.
"""

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
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from winsim.endpoint.contracts import Runspace
from winsim.endpoint.psrp.fragments import Defragmenter, Fragmenter
from winsim.endpoint.psrp.host_ui import RunspaceUI
from winsim.endpoint.psrp.messages import NO_PIPELINE, TO_SERVER, MessageType
from winsim.endpoint.psrp.pool import BrokenPeer, PoolServer
from winsim.interpreter.clixml_writer import encode
from winsim.interpreter.hosting import Identity
from winsim.interpreter.session import Session
from winsim.world.lab import World
from winsim.world.machines import build_world

DATA: Final = Path(__file__).parent / "data" / "conversations.json.gz"
NAMES: Final = {kind.name.replace("_", "").lower(): kind for kind in MessageType}
POOL: Final = uuid.UUID("a0000000-0000-0000-0000-000000000001")
PATIENCE: Final = 2.0
Message = dict[str, Any]


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
        return Session(self.machine, self.machine.host("srv01"), identity, ui)

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
        number = self.conversation["file"].partition("_")[0]
        smallest, largest = {"003": (3, 5), "006": (1, 2), "022": (1, 2)}.get(number, (1, 1))
        data = data.replace('N="MinRunspaces">1<', f'N="MinRunspaces">{smallest}<')
        return data.replace('N="MaxRunspaces">1<', f'N="MaxRunspaces">{largest}<')

    def _client(self, message: Message) -> None:
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
        if pipeline is not None and number not in self._announced:
            self._announced.add(number)
            self._numbers[pipeline] = number
            self._pool.announce(pipeline)
        kind = NAMES[message["message"].lower()]
        header = TO_SERVER.to_bytes(4, "little") + int(kind).to_bytes(4, "little") + POOL.bytes_le
        body = header + (pipeline or NO_PIPELINE).bytes_le + message.get("data", "").encode("utf-8", "surrogatepass")
        self._drain()
        try:
            self._pool.receive(b"".join(self._fragmenter.split(body)), pipeline)
        except BrokenPeer:
            return  # over WS-Management a fault; the recorded transport told it in its own way
        self._drain()

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


# comparison
#
# Rules: what the README of the recordings says to be different on Server 2012 R2 is made equal before comparing. Each
# rule names its part of that README ("2012 R2": its last section; "compare": its section on comparing).

_ASSEMBLY = re.compile(r", [\w.]+, Version=[\d.]+, Culture=neutral, PublicKeyToken=[0-9a-f]+")
# Left out in both. compare, 3: StackTrace, TargetSite, Source, HResult, Data, User, Computer. 2012 R2: no Statement,
# no ErrorDetails_ScriptStackTrace, writeErrorStream first. The rest: line ends and cut lines (PositionMessage), ids.
_IGNORED: Final = frozenset(
    {"StackTrace", "TargetSite", "Source", "HResult", "Data", "User", "Computer", "Statement", "writeErrorStream",
     "ErrorDetails_ScriptStackTrace", "PSMessageDetails", "HistoryId", "InvocationInfo_HistoryId", "HelpUri",
     "DisplayScriptPosition", "PositionMessage", "InstanceId"}
)  # fmt: skip


# 2012 R2: texts of .NET Framework and of PowerShell 4.0 for those of the recorded server; places of its machine.
_TEXTS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # "ArgumentException says 'Parameter name: x' on a line of its own"
        (r" \(Parameter '(\w+)'\)", r"_x000A_Parameter name: \1"),
        # "conversions say 'Input string was not in a correct format.'"
        (r"The input string '[^']*' was not in a correct format\.", "Input string was not in a correct format."),
        # "the message of an unknown command speaks of 'the name of a cmdlet, ... or operable program'"
        (
            r"as a name of a cmdlet, function, script file, or executable program\._x000A_",
            "as the name of a cmdlet, function, script file, or operable program. ",
        ),
        # compare, 3: free text of messages; the console is Windows PowerShell's here
        (
            r"such as the PowerShell Console, and remove prompt-related commands from command types that do not "
            r"support user interaction\.",
            "such as the Windows PowerShell Console or Windows PowerShell ISE, and remove prompt-related commands from "
            "command types that do not support user interaction, such as Windows PowerShell workflows.",
        ),
        # files of another operating system
        (r"/home/user/(\w+)", r"C:\\Users\\Administrator\\\1"),
        (r"/no/such/(\w+)", r"C:\\no\\such\\\1"),
        (r"/no/such(?!\w)", r"C:\\no\\such"),
    )
)
# 2012 R2: "double and single have the text of .NET Framework"; the version of the engine that $Host tells.
_VALUES: Final = {
    ("Db", "5E-324"): "4.94065645841247E-324",
    ("Sg", "3.4028235E+38"): "3.40282347E+38",
    ("Version", "7.6.5"): "4.0",
}


def canon(text: str) -> Any:
    """A message as nested lists: references by path, dictionary entries sorted, what versions decide left out."""
    if not text or 'N="ApplicationPrivateData"' in text:
        return text[:30]  # what it holds is told for Server 2012 R2 elsewhere
    text = re.sub(r'(N="protocolversion">)2\.[34]<', r"\g<1>2.2<", text)
    root = ElementTree.fromstring(re.sub(r"&#x[0-9A-Fa-f]+;", "?", text))
    return _Canon().walk(root, "")


def _is_whole(text: str) -> bool:
    try:
        canon(text)
    except ElementTree.ParseError:
        return False
    return True


class _Canon:
    def __init__(self) -> None:
        self._types: dict[str, list[str]] = {}
        self._objects: dict[str, str] = {}

    def walk(self, item: Element, path: str) -> Any:
        found: dict[str, Any] = {"tag": "TN" if item.tag == "TNRef" else item.tag}
        if "N" in item.attrib:
            found["N"] = item.attrib["N"]
        if item.tag == "Ref":
            return {**found, "to": self._objects.get(item.attrib["RefId"], "?")}
        if item.tag in ("TN", "TNRef"):
            return {**found, "types": self._type_names(item)}
        if item.tag == "Obj" and "RefId" in item.attrib:
            self._objects[item.attrib["RefId"]] = path
        of_exception = item.tag == "Props" and any("Exception" in name for name in self._latest)
        children = []
        for child in item:
            label = f"{path}/{child.tag}:{child.attrib.get('N', '')}"
            walked = self.walk(child, label)
            if child.attrib.get("N") not in _IGNORED:
                children.append(walked)
        if item.tag == "DCT":
            children.sort(key=lambda child: json.dumps(child, sort_keys=True))
        if of_exception:  # 2012 R2: the properties of System.Exception come in another order
            children.sort(key=lambda child: str(child.get("N")))
        if children:
            found["children"] = children
        elif item.text:
            found["text"] = _VALUES.get((item.tag, item.text)) or _plain(item.text)
        return found

    _latest: tuple[str, ...] = ()

    def _type_names(self, item: Element) -> list[str]:
        if item.tag == "TN":
            names = [_ASSEMBLY.sub("", name.text or "") for name in item]
            self._types[item.attrib["RefId"]] = names
        names = self._types.get(item.attrib["RefId"], ["?"])
        self._latest = tuple(names)
        return names


def _plain(text: str) -> str:
    text = _ASSEMBLY.sub("", text.replace("_x000D__x000A_", "_x000A_"))  # 2012 R2: mscorlib; CR LF
    for pattern, replacement in _TEXTS:
        text = pattern.sub(replacement, text)
    if "Exception: " in text or " ---" in text:  # compare, 3: only the first line of an exception's ToString
        text = text.split("_x000A_")[0].split(" ---> ")[0]
    return text


_INFORMATION: Final = "System.Management.Automation.InformationRecord"


def by_pipeline(messages: list[Message], *, recorded: bool) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for message in messages:
        if "message" not in message or (recorded and message["from"] != "server"):
            continue
        # 2012 R2: "InformationRecord and MergeInformation belong to protocol 2.3. A 2.2 server has none of them."
        merged = f"<T>{_INFORMATION}</T>" in message["data"][:120]
        if message["message"] != "InformationRecord" and not merged:
            found.setdefault(message.get("pipeline", 0), []).append(message)
    return found


@dataclass
class Verdict:
    """How one conversation compares."""

    name: str
    sequence: bool
    equal: int
    messages: int
    differences: list[str]


def compare(conversation: dict[str, Any], answers: list[Message]) -> Verdict:
    theirs = by_pipeline(conversation["messages"], recorded=True)
    ours = by_pipeline(answers, recorded=False)
    if "closing" in conversation or 0 not in theirs:
        ours.pop(0, None)
        theirs.pop(0, None)
    differences: list[str] = []
    equal = total = 0
    same = True
    for number in sorted(set(theirs) | set(ours)):
        left, right = theirs.get(number, []), ours.get(number, [])
        if [m["message"] for m in left] != [m["message"] for m in right][: len(left) if number == 0 else None]:
            same = False
            differences.append(f"{number}: {[m['message'] for m in left]} {[m['message'] for m in right]}")
        for index, yours in enumerate(left):
            if not _is_whole(yours["data"]):
                continue  # the recording keeps only the beginning of very long messages
            total += 1
            mine = right[index] if index < len(right) else {"message": "", "data": ""}
            if mine["message"] == yours["message"] and canon(mine["data"]) == canon(yours["data"]):
                equal += 1
            else:
                differences.append(f"{number}.{index} {yours['message']}\n   {yours['data']}\n   {mine['data']}")
    return Verdict(conversation["file"], same, equal, total, differences)


def replay_all(only: str = "") -> list[Verdict]:
    conversations = load()
    common = templates(conversations)
    workers = ThreadPoolExecutor(16)
    machines = world()
    verdicts = []
    for conversation in conversations:
        if conversation["file"].startswith(only):
            replay = Replay(conversation, common, machines, workers)
            verdicts.append(compare(conversation, replay.play()))
    workers.shutdown(wait=False)
    return verdicts
