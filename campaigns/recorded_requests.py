"""Sound requests of clients: every recorded PSRP conversation as WS-Management carries it, and what else is sent."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.wsman_requests import Conversation, Request, actions, envelope, receive, send, signal, winrs
from tests.endpoint.recorded import NAMES, Replay, load, templates, world
from winsim.endpoint.psrp.fragments import Fragmenter
from winsim.endpoint.psrp.messages import NO_PIPELINE, TO_SERVER
from winsim.endpoint.soap import POWERSHELL, SHELL, TRANSFER

_OPENING: Final = ("SessionCapability", "InitRunspacePool")


class _Client(Replay):
    """What the client of a recorded conversation says, without a server."""

    def said(self) -> Iterator[dict[str, Any]]:
        if "opening" in self.conversation:
            for name in _OPENING:
                data = self._sized(self.templates[f"{name} {self._pool_host()}"])
                yield {"message": name, "data": data}
        for message in self.conversation["messages"]:
            if message["from"] == "client":
                bare = message.get("message") == "CreatePipeline" and "data" not in message
                yield {**message, "data": self._create(message)} if bare else message


@dataclass
class _Play:
    """One conversation with ids of its own."""

    name: str
    pool: uuid.UUID
    chance: random.Random
    requests: list[Request] = field(default_factory=list)
    fragmenter: Fragmenter = field(default_factory=Fragmenter)
    pipelines: dict[int, uuid.UUID] = field(default_factory=dict)

    @property
    def shell(self) -> str:
        return str(self.pool).upper()

    def add(self, label: str, body: bytes) -> None:
        self.requests.append(Request(f"{self.name} {label}", body))

    def fragments(self, message: dict[str, Any]) -> bytes:
        pipeline = self.pipelines.get(message.get("pipeline", 0), NO_PIPELINE)
        kind = int(NAMES[message["message"].lower()])
        header = TO_SERVER.to_bytes(4, "little") + kind.to_bytes(4, "little") + self.pool.bytes_le + pipeline.bytes_le
        return b"".join(self.fragmenter.split(header + message.get("data", "").encode("utf-8", "surrogatepass")))

    def open(self, messages: list[dict[str, Any]]) -> None:
        data = base64.b64encode(b"".join(self.fragments(message) for message in messages)).decode()
        creation = f'<creationXml xmlns="{POWERSHELL}">{data}</creationXml>'
        options = '<w:OptionSet><w:Option Name="protocolversion" MustComply="true">2.2</w:Option></w:OptionSet>'
        body = f'<rsp:Shell ShellId="{self.shell}"><rsp:InputStreams>stdin pr</rsp:InputStreams>{creation}</rsp:Shell>'
        self.add("Create", envelope(f"{TRANSFER}/Create", body, options=options))
        self.add("Receive", receive("", self.shell))

    def say(self, message: dict[str, Any]) -> None:
        number = message.get("pipeline", 0)
        known = number in self.pipelines
        if number and not known:
            self.pipelines[number] = uuid.UUID(int=self.chance.getrandbits(128))
        command = str(self.pipelines[number]).upper() if number else ""
        packet = message.get("packet")
        if packet in ("Signal", "Close"):
            code = "powershell/signal/ctrl_c" if packet == "Signal" else f"{SHELL}/signal/terminate"
            if number:
                self.add(packet, signal(code, command, self.shell))
        elif number and not known:
            data = b"" if packet else self.fragments(message)
            argument = f"<rsp:Command/><rsp:Arguments>{base64.b64encode(data).decode()}</rsp:Arguments>"
            line = f'<rsp:CommandLine CommandId="{command}">{argument}</rsp:CommandLine>'
            self.add("Command", envelope(f"{SHELL}/Command", line, self.shell))
            self.add("Receive", receive(command, self.shell))
        elif packet is None:
            stream = "pr" if message["message"].endswith("HostResponse") else "stdin"
            self.add(message["message"], send(self.fragments(message), command, self.shell, stream))


def recorded() -> list[Conversation]:
    """Every recorded conversation."""
    conversations = load()
    common = templates(conversations)
    machine, nobody = world(), ThreadPoolExecutor(1)

    def conversation(source: dict[str, Any]) -> Conversation:
        name = str(source["file"]).partition("_")[0]
        said = list(_Client(source, common, machine, nobody).said())
        opening = [message for message in said[:2] if message.get("message") in _OPENING]

        def play(chance: random.Random) -> list[Request]:
            made = _Play(name, uuid.UUID(int=chance.getrandbits(128)), chance)
            made.open(opening)
            for message in said[len(opening) :]:
                made.say(message)
            made.add("Delete", envelope(f"{TRANSFER}/Delete", "", made.shell))
            return made.requests

        return play

    return [conversation(source) for source in conversations]


def conversations() -> list[Conversation]:
    found = recorded()
    return [*found, winrs, actions(found[0])]
