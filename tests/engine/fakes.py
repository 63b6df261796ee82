"""Hosts that keep plain values and run one-word scripts, behind the same Session interface as the real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passivelab.blueprint.model import Await, Blueprint, Identity, Key, Need, Place, Scripts, Secret, StepInstance
from passivelab.engine import Build, Means, Scope
from passivelab.engine.events import Event
from passivelab.errors import ConnectionGone, NoSessionConfiguration, Unreachable
from passivelab.state import Journal
from passivelab.transport import Connection, Credential, ErrorRecord, Output, Parameter, Statistics


@dataclass
class World:
    """Things by host and name; ``trouble`` answers a script instead, by "host block name"."""

    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    trouble: dict[str, list[str]] = field(default_factory=dict)  # what happens, once each
    down: set[str] = field(default_factory=set)
    boots: dict[str, int] = field(default_factory=dict)
    booted: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # what things are after a restart
    log: list[str] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=dict)  # name -> reads until a change shows
    hidden: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    along: dict[str, str] = field(default_factory=dict)  # what goes together with a thing
    secrets: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # hosts whose sessions were ended
    ways: dict[str, str] = field(default_factory=dict)  # host -> the thing without which delegated steps have no way in


class FakeSession:
    def __init__(self, world: World, host: str, batches: bool = True, identity: Identity = "local") -> None:
        self.world = world
        self.identity = identity
        self.host = host
        self.connection = Connection(host, "127.0.0.1", 5985, "user", "password")
        self.statistics = Statistics()
        self.batches = batches

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        world = self.world
        self.statistics.count(pipelines=1, requests=2)
        if self.host in world.down:
            raise Unreachable(host=self.host, reason="connection refused")
        way = world.ways.get(self.host)
        if self.identity == "delegated" and way is not None and (self.host, way) not in world.things:
            raise NoSessionConfiguration(host=self.host, configuration="delegated")
        if script == "Get-BootTime":
            return Output((str(world.boots.get(self.host, 0)),))
        if script.startswith("Restart-Computer"):
            world.boots[self.host] = world.boots.get(self.host, 0) + 1
            world.log.append(f"{self.host} restart")
            world.things.update({place: value for place, value in world.booted.items() if place[0] == self.host})
            raise ConnectionGone(host=self.host)
        world.secrets.append({name: value for name, value in parameters.items() if name != "Document"})
        document = json.loads(str(parameters["Document"]))
        answers: list[str] = []
        for request in document["requests"]:
            block, _, name = request["script"].partition(" ")
            happens = world.trouble.get(f"{self.host} {block} {name}", [])
            match happens.pop(0) if happens else "":
                case "fail":
                    error = {"id": "Oops", "message": f"{block} of {name} failed"}
                    answers.append(json.dumps({"id": request["id"], "state": "failed", "error": error}))
                    continue
                case "exit":
                    return Output(tuple(answers), (ErrorRecord("Exit", "the pipeline ended"),), completed=False)
                case "gone":
                    raise ConnectionGone(host=self.host)
                case "done and gone":
                    self._run(block, name, request)
                    raise ConnectionGone(host=self.host)
            answers.append(json.dumps({"id": request["id"], **self._run(block, name, request)}))
        return Output(tuple(answers))

    def _run(self, block: str, name: str, request: dict[str, Any]) -> dict[str, Any]:
        place = (self.host, name)
        if block == "read":
            self._show(place)
            found = self.world.things.get(place)
            return {"state": "absent"} if found is None else {"state": "present", "value": found}
        self.world.log.append(f"{self.host} {block} {name}")
        if block == "set":
            value = {**request["desired"], "Made": f"{self.host}/{name}"}
            if self.world.late.get(name):
                self.world.hidden[place] = (self.world.late[name], value)
            else:
                self.world.things[place] = value
        elif block == "back" and request["before"] is not None:
            self.world.things[place] = request["before"]
        elif block == "back":
            self.world.things.pop(place, None)
            self.world.things.pop((self.host, self.world.along.get(name, "")), None)
        return {"state": "done"}

    def _show(self, place: tuple[str, str]) -> None:
        left, value = self.world.hidden.get(place, (0, None))
        if value is not None:
            self.world.hidden[place] = (left - 1, value)
            if left <= 1:
                self.world.things[place] = value
                del self.world.hidden[place]

    def reset(self) -> None:
        pass

    def close(self) -> None:
        self.world.closed.append(self.host)


def step(
    host: str,
    name: str,
    desired: dict[str, Any] | None,
    after: Sequence[str] = (),
    *,
    needs: Sequence[Need] = (),
    exports: Mapping[str, str] | None = None,
    gate: bool = False,
    **more: Any,
) -> StepInstance:
    """``after`` are "host name"."""
    return StepInstance(
        key=Key(host, f"role/{name}"),
        role="role",
        step=name,
        item=None,
        title=f"{name} on {host}",
        template=Place(Path(f"roles/role/steps/{name}.ps1.j2")),
        scripts=Scripts("", f"read {name}", None if gate else f"set {name}", f"back {name}"),
        desired=desired,
        after=tuple(key_of(text) for text in after),
        needs=tuple(needs),
        exports=exports or {},
        **more,
    )


def key_of(text: str) -> Key:
    host, name = text.split(" ")
    return Key(host, f"role/{name}")


def await_of(limit: float, interval: float) -> Await:
    return Await(limit, interval)


class Run:
    """A run over a fake world, with everything that it told."""

    def __init__(self, world: World, folder: Path, steps: Sequence[StepInstance], scope: Scope | None = None) -> None:
        self.events: list[Event] = []
        self.journal = Journal(folder / "journal.jsonl")
        connect: Callable[[str, Any], FakeSession] = lambda host, identity: FakeSession(world, host, identity=identity)  # noqa: E731
        means = Means(connect, self._secret, self.events.append, self.journal)
        self.build = Build(Blueprint("fake", tuple(steps)), means, scope)

    @staticmethod
    def _secret(secret: Secret) -> Credential | str | bytes:
        if secret.kind == "credential":
            return Credential("CORP\\admin", "hidden")
        return b"pfx" if secret.kind == "bytes" else "hidden"

    def all(self) -> Run:
        """Plan, apply and prove."""
        self.plan = self.build.read()
        self.good = self.build.apply()
        self.proved = self.build.prove()
        self.journal.close()
        return self

    def outcomes(self) -> dict[str, str]:
        from passivelab.engine.events import StepFinished

        return {str(event.key): event.outcome for event in self.events if isinstance(event, StepFinished)}
