"""Malformed requests against the endpoint: every answer is a proper fault or a closed connection.

    python -m campaigns.malformed_requests --cases 20000 --seed 1

Mutates HTTP requests, SOAP envelopes, NTLM and SPNEGO tokens, PSRP fragments and messages. A case fails when the
server answers with something that is neither HTTP nor SOAP, says an exception of its own, or is silent for too long.
Afterwards a plain pipeline must still run, and no shell, task or connection may be left over.
"""

from __future__ import annotations

import argparse
import base64
import random
import socket
import struct
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

from tests.endpoint.lab import PASSWORD, USER, ToyLab, ToyMachine
from winsim.endpoint.contracts import ServiceSettings
from winsim.endpoint.soap import ADDRESSING, POWERSHELL, SHELL, SOAP, TRANSFER, WSMAN

_PATIENCE: Final = 5.0
_BASIC: Final = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
_CAPABILITY: Final = (
    '<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version><Version N="PSVersion">2.0</Version>'
    '<Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>'
)
_INIT: Final = (
    '<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">1</I32>'
    '<Obj RefId="1" N="HostInfo"><MS><B N="_isHostNull">true</B></MS></Obj></MS></Obj>'
)
_CREATE: Final = (
    '<Obj RefId="0"><MS><B N="NoInput">true</B><Obj RefId="1" N="PowerShell"><MS><B N="IsNested">false</B>'
    '<Obj RefId="2" N="Cmds"><TN RefId="0"><T>System.Collections.ArrayList</T></TN><LST><Obj RefId="3"><MS>'
    '<S N="Cmd">echo fine</S><B N="IsScript">true</B><Obj RefId="4" N="Args"><TNRef RefId="0" /><LST /></Obj>'
    "</MS></Obj></LST></Obj></MS></Obj></MS></Obj>"
)


@dataclass
class Result:
    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def fragment(kind: int, text: str, pool: uuid.UUID, pipeline: uuid.UUID | None, number: int = 1) -> bytes:
    header = struct.pack("<II", 2, kind) + pool.bytes_le + (pipeline or uuid.UUID(int=0)).bytes_le
    data = header + text.encode()
    return struct.pack(">QQBI", number, 0, 3, len(data)) + data


def envelope(action: str, body: str, shell: str = "", resource: str = f"{POWERSHELL}/Microsoft.PowerShell") -> str:
    selector = f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>' if shell else ""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}"><s:Header>'
        f"<a:Action>{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>"
        f"<w:OperationTimeout>PT0.2S</w:OperationTimeout><w:MaxEnvelopeSize>153600</w:MaxEnvelopeSize>"
        f"<w:ResourceURI>{resource}</w:ResourceURI>{selector}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


def conversation() -> Iterator[bytes]:
    """The sound requests of one short session, to be mutated."""
    pool, pipeline = uuid.uuid4(), uuid.uuid4()
    shell = str(pool).upper()
    opening = fragment(0x10002, _CAPABILITY, pool, None) + fragment(0x10004, _INIT, pool, None, 2)
    creation = f'<creationXml xmlns="{POWERSHELL}">{base64.b64encode(opening).decode()}</creationXml>'
    yield envelope(f"{TRANSFER}/Create", f'<rsp:Shell ShellId="{shell}">{creation}</rsp:Shell>').encode()
    create = base64.b64encode(fragment(0x21006, _CREATE, pool, pipeline, 3)).decode()
    line = f'<rsp:CommandLine CommandId="{pipeline}"><rsp:Command/><rsp:Arguments>{create}</rsp:Arguments>'
    yield envelope(f"{SHELL}/Command", f"{line}</rsp:CommandLine>", shell).encode()
    given = base64.b64encode(fragment(0x41002, "<S>in</S>", pool, pipeline, 4)).decode()
    stream = f'<rsp:Stream Name="stdin" CommandId="{pipeline}">{given}</rsp:Stream>'
    yield envelope(f"{SHELL}/Send", f"<rsp:Send>{stream}</rsp:Send>", shell).encode()
    desired = f'<rsp:DesiredStream CommandId="{pipeline}">stdout</rsp:DesiredStream>'
    yield envelope(f"{SHELL}/Receive", f"<rsp:Receive>{desired}</rsp:Receive>", shell).encode()
    code = "<rsp:Code>powershell/signal/ctrl_c</rsp:Code>"
    yield envelope(f"{SHELL}/Signal", f'<rsp:Signal CommandId="{pipeline}">{code}</rsp:Signal>', shell).encode()
    yield envelope(f"{TRANSFER}/Delete", "", shell).encode()


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to three changes: bytes, pieces, tags, numbers, or the base64 content."""
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(_MUTATIONS)(data, chance)
    return data


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randint(1, 60) :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start : start + chance.randint(1, 80)] * chance.randint(2, 50) + data[start:]


def _number(data: bytes, chance: random.Random) -> bytes:
    digits = [index for index, value in enumerate(data) if 48 <= value <= 57]
    if not digits:
        return data
    at = chance.choice(digits)
    return data[:at] + chance.choice((b"-1", b"99999999999999999999", b"0", b"x", b"")) + data[at + 1 :]


def _inside(data: bytes, chance: random.Random) -> bytes:
    """Changes what the base64 of a request holds: fragments and messages."""
    start = data.find(b">AAAA")
    end = data.find(b"<", start)
    if start < 0 or end < 0:
        return _flip(data, chance)
    try:
        inner = base64.b64decode(data[start + 1 : end])
    except ValueError:
        return data
    change = chance.choice((_flip, _cut, _repeat, _number))
    return data[: start + 1] + base64.b64encode(change(inner, chance)) + data[end:]


def _tag(data: bytes, chance: random.Random) -> bytes:
    old, new = chance.choice(
        ((b"rsp:", b"w:"), (b"Action", b"Actoin"), (b"CommandId", b"Command"), (b"<s:Body>", b"<s:Body><x>"),
         (b"uuid:", b"\xff\xfe"), (b"<s:Header>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><s:Header>"), (b"2.3", b"9.9"),
         (b"S>", b"Obj>"), (b"ShellId", b"Shellid"), (b"PT0.2S", b"PT-1S"))
    )  # fmt: skip
    return data.replace(old, new)


_MUTATIONS: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    _flip, _cut, _repeat, _number, _inside, _inside, _tag,
)  # fmt: skip


def http(body: bytes, chance: random.Random) -> bytes:
    """The request as it goes over the wire; its head is damaged now and then, too."""
    head = (
        "POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"
        f"Authorization: Basic {_BASIC}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    if chance.random() < 0.15:
        head = mutate(head, chance)
    return head + body


def token_request(chance: random.Random) -> bytes:
    """A log-on with a damaged NTLM or SPNEGO token."""
    message = b"NTLMSSP\0" + struct.pack("<II", chance.choice((1, 3)), 0xE2088297) + bytes(64)
    wrapped = bytes.fromhex("604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa22a0428") + message[:40]
    token = base64.b64encode(mutate(chance.choice((message, wrapped)), chance)).decode()
    return (
        f"POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: {chance.choice(('Negotiate', 'CredSSP', 'Basic'))} {token}"
        "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode()


def exchange(port: int, data: bytes) -> bytes:
    """Sends one request and reads until the server closes; half-sent requests are ended from here."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer
        except (ConnectionResetError, BrokenPipeError):
            return b""


def judge(answer: bytes) -> str:
    """A name for a proper outcome; ValueError for an improper one."""
    if not answer:
        return "closed"
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if b"Traceback" in answer or b"The simulated lab failed" in answer:
        raise ValueError("an exception")
    if not body:
        if status == 500:
            raise ValueError("an exception without a fault")
        return f"http {status}"
    root = ElementTree.fromstring(body)
    fault = root.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    if (status == 500) != (fault is not None):
        raise ValueError("status and body disagree")
    return "fault" if fault is not None else "answered"


def run(cases: int, seed: int) -> Result:
    chance, result = random.Random(seed), Result()
    machine = ToyMachine(ServiceSettings(basic=True, allow_unencrypted=True, credssp=True, max_shells_per_user=100000))
    with ToyLab(machine) as lab:
        while result.cases < cases:
            for request in conversation():
                if result.cases >= cases:
                    break
                damaged = chance.random() < 0.6
                data = http(mutate(request, chance) if damaged else request, chance)
                if chance.random() < 0.1:
                    data = token_request(chance)
                result.cases += 1
                _case(lab, data, result)
        _aftermath(lab, result)
    return result


def _case(lab: ToyLab, data: bytes, result: Result) -> None:
    started = time.monotonic()
    try:
        outcome = judge(exchange(lab.http, data))
        result.outcomes[outcome] += 1
        if time.monotonic() - started > _PATIENCE - 1:
            raise TimeoutError("slow")
    except (ValueError, OSError, ElementTree.ParseError) as error:
        result.failures.append(f"{type(error).__name__}: {error}: {data[:300]!r}")


def _aftermath(lab: ToyLab, result: Result) -> None:
    """The endpoint must be as whole as before."""

    async def look() -> tuple[int, int]:
        lab.endpoint.service.shells.remove_all()
        return len(lab.endpoint.service.shells), len(lab.endpoint.connections)

    lab.call(look())
    time.sleep(0.3)
    shells, connections = lab.call(look())
    if shells or connections:
        result.failures.append(f"left over: {shells} shells, {connections} connections")
    for request in conversation():
        outcome = judge(exchange(lab.http, http(request, random.Random(0))))
        if outcome != "answered" and b"Receive" not in request:
            result.failures.append(f"afterwards: {outcome}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    result = run(arguments.cases, arguments.seed)
    print(f"{result.cases} cases in {time.monotonic() - started:.0f} s: {dict(result.outcomes)}")
    for failure in result.failures[:20]:
        print("FAILED", failure)
    return 1 if result.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
