"""Scripts that end in their middle, as they do where a connection is lost or a machine is switched off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from passivelab.blueprint.model import Identity
from passivelab.engine.hosts import Connect
from passivelab.errors import ConnectionGone
from passivelab.transport import Connection, Output, Parameter, Session, Statistics
from pslang.parser import parse
from pslang.syntax import Block, Break, Continue, Exit, Return, Statement, Throw
from pslang.walk import walk

LEAVING = (Break, Continue, Exit, Return, Throw)  # nothing comes right after these


@dataclass(frozen=True)
class Cut:
    """The text ends after a statement of it: after its first run, where it stands in a loop."""

    line: int
    after: str
    text: str


def cuts(text: str) -> list[Cut]:
    """A cut after each statement of a script, in the order of its text; the last one loses only the answer."""
    script = parse(text).script
    assert script is not None
    ends: dict[int, Statement] = {}
    for node in walk(script):
        if isinstance(node, Block):
            ends.update((one.end, one) for one in node.statements if not isinstance(one, LEAVING))
    return [_cut(text, ends[end]) for end in sorted(ends)]


def _cut(text: str, statement: Statement) -> Cut:
    # `exit` ends the whole pipeline: no `catch` of the step and no later block of the same script can know.
    changed = f"{text[: statement.end]}; exit{text[statement.end :]}"
    assert not parse(changed).errors, changed
    return Cut(text.count("\n", 0, statement.end) + 1, text[statement.start : statement.end], changed)


class Cutter(Protocol):
    """Decides which scripts are cut."""

    def choose(self, name: str, script: str) -> str | None:
        """What runs instead of the script of a request ("host step apply"), after which the session is lost."""

    def reached(self, reached: bool) -> None:
        """Whether the last chosen script came to its cut. If not, it took another way, and only its answer is lost."""


class CutSession:
    """A session that is lost in the middle of chosen scripts: the host has run their beginning, and nobody knows."""

    def __init__(self, session: Session, cutter: Cutter) -> None:
        self._session = session
        self._cutter = cutter

    @property
    def connection(self) -> Connection:
        return self._session.connection

    @property
    def statistics(self) -> Statistics:
        return self._session.statistics

    @property
    def batches(self) -> bool:
        return self._session.batches

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        document = parameters.get("Document")
        data: dict[str, Any] = json.loads(document) if isinstance(document, str) else {"requests": []}
        for request in data["requests"]:
            instead = self._cutter.choose(request["id"], request["script"]) if request["block"] != "current" else None
            if instead is not None:
                request["script"] = instead
                alone = json.dumps({"requests": [request]})
                output = self._session.run(script, {**parameters, "Document": alone}, timeout)
                self._cutter.reached(not output.values)
                self._session.reset()
                raise ConnectionGone(host=self.connection.host)
        return self._session.run(script, parameters, timeout)

    def reset(self) -> None:
        self._session.reset()

    def close(self) -> None:
        self._session.close()


def cutting(connect: Connect, cutter: Cutter) -> Connect:
    """Sessions like those of ``connect`` that are lost where the cutter says so."""

    def opened(host: str, identity: Identity) -> Session:
        return CutSession(connect(host, identity), cutter)

    return opened
