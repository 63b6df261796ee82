"""Malformed requests against the endpoint: every answer is a proper fault or a closed connection.

    python -m campaigns.malformed_requests --cases 20000 --seed 1

Every request of every recorded conversation, WinRS, and the other actions of WS-Management are sent damaged, and then
as they are, so that the next one finds the state that it needs. HTTP heads, the tokens of NTLM, SPNEGO and CredSSP, and
the frames of sealed messages are damaged as well. A case fails when the server answers with something that is neither
HTTP nor SOAP, says an exception of its own, logs one, is silent for too long, or tells something of another host or to
another user. Afterwards no shell, task, connection, descriptor or pipeline may be left over.
"""

from __future__ import annotations

import argparse
import base64
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

from campaigns.besieged import Besieged
from campaigns.damage import damage
from campaigns.recorded_requests import conversations
from campaigns.wire_client import Door, Link, Reply, Scheme, SealedLink, post
from campaigns.wsman_requests import Conversation, Request
from winsim.endpoint.soap import SOAP

_DATA = re.compile(rb">([A-Za-z0-9+/=]{8,})<")
_SELECTED: Final = b'Name="ShellId"'
_SCHEMES: Final[tuple[Scheme, ...]] = ("ntlm", "ntlm", "negotiate", "credssp")


@dataclass
class Result:
    cases: int = 0
    sources: set[str] = field(default_factory=set)  # recorded requests that were damaged at least once
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def judge(reply: Reply, stranger: str) -> str:
    """A name for a proper outcome; ValueError for an improper one."""
    if reply.status == 0:
        return "closed"
    told = reply.body + b"".join(base64.b64decode(found) for found in _DATA.findall(reply.body) if len(found) % 4 == 0)
    if b"Traceback" in told or b"The simulated lab failed" in told or b"defect of the simulated lab" in told:
        raise ValueError(f"an exception: {told[:2000]!r}")
    if stranger.encode() in told.lower():
        raise ValueError("something of another host")
    if not reply.body:
        if reply.status == 500:
            raise ValueError("an exception without a fault")
        return f"http {reply.status}"
    root = ElementTree.fromstring(reply.body)
    fault = root.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    if (reply.status == 500) != (fault is not None):
        raise ValueError("status and body disagree")
    return "fault" if fault is not None else "answered"


class Siege:
    """Sends the cases and judges the answers."""

    def __init__(self, hosts: Besieged, chance: random.Random, result: Result) -> None:
        self._hosts = hosts
        self._chance = chance
        self._result = result
        self._ways: tuple[tuple[int, Callable[[Request], Reply]], ...] = (
            (60, self._envelope), (10, self._head), (10, self._frame), (10, self._sealed), (5, self._token),
        )  # fmt: skip

    def case(self, request: Request) -> None:
        """One request damaged, then the same request sound."""
        self._result.cases += 1
        self._result.sources.add(request.label)
        weights = [weight for weight, _ in self._ways]
        way = self._chance.choices([way for _, way in self._ways], weights)[0]
        self._judged(request, lambda: way(request))
        if _SELECTED in request.body and self._chance.random() < 0.05:
            door = self._chance.choice((self._hosts.other_host, self._hosts.other_user))
            if self._judged(request, lambda: self._ask(door, request.body), door) == "answered":
                self._result.failures.append(f"{request.label}: a stranger was answered")
        self._judged(request, lambda: self._ask(self._hosts.door, request.body))

    def _judged(self, request: Request, ask: Callable[[], Reply], door: Door | None = None) -> str:
        stranger = self._hosts.name_of_other(door or self._hosts.door)
        try:
            outcome = judge(ask(), stranger)
        except (ValueError, OSError, ElementTree.ParseError) as error:
            self._result.failures.append(f"{request.label}: {type(error).__name__}: {error}")
            return "failed"
        self._result.outcomes[outcome] += 1
        return outcome

    def _damage(self, data: bytes) -> bytes:
        return damage(data, self._chance)

    @staticmethod
    def _ask(door: Door, body: bytes) -> Reply:
        with Link(door) as link:
            return link.ask(post(body, door.basic, close=True))

    def _envelope(self, request: Request) -> Reply:
        return self._ask(self._hosts.door, self._damage(request.body))

    def _head(self, request: Request) -> Reply:
        head, _, body = post(request.body, self._hosts.door.basic, close=True).partition(b"\r\n\r\n")
        with Link(self._hosts.door) as link:
            return link.ask(self._damage(head + b"\r\n\r\n") + body, whole=False)

    def _frame(self, request: Request) -> Reply:
        return self._in_session(lambda link: link.say(request.body, self._damage))

    def _sealed(self, request: Request) -> Reply:
        return self._in_session(lambda link: link.say(self._damage(request.body)))

    def _in_session(self, say: Callable[[SealedLink], Reply]) -> Reply:
        with SealedLink(self._hosts.door, self._chance.choice(_SCHEMES)) as link:
            if link.log_on().status != 200:
                raise ValueError("a sound log-on was refused")
            return say(link)

    def _token(self, request: Request) -> Reply:
        if self._chance.random() < 0.2:
            token = base64.b64encode(self._damage(self._hosts.door.basic.encode())).decode()
            with Link(self._hosts.door) as link:
                return link.ask(post(request.body, f"Basic {token}", close=True))
        with SealedLink(self._hosts.door, self._chance.choice(_SCHEMES)) as link:
            reply = link.log_on(self._damage, self._chance.randrange(7))
            return reply if reply.status != 200 else link.say(request.body)


def run(cases: int, seed: int, sources: list[Conversation] | None = None) -> Result:
    chance, result = random.Random(seed), Result()
    sources = conversations() if sources is None else sources
    with Besieged() as hosts:
        siege = Siege(hosts, chance, result)
        while result.cases < cases:
            for conversation in chance.sample(sources, len(sources)):
                if result.cases >= cases:
                    break
                for request in conversation(chance):
                    siege.case(request)
                hosts.forget_shells()
        result.failures += hosts.aftermath()
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    result = run(arguments.cases, arguments.seed)
    print(f"{result.cases} cases in {time.monotonic() - started:.0f} s: {dict(result.outcomes)}")
    for failure in result.failures[:40]:
        print("FAILED", failure[:3000])
    return 1 if result.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
