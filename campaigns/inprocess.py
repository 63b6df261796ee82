"""The simulated lab inside this process: sessions of the engine over a world, without a network in between.

A world can be put aside before a change and taken out again, as often as somebody wants to try something else with it.
Sleeping costs no time: the lab's clock jumps.
"""

from __future__ import annotations

import gc
import marshal
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from passivelab.blueprint.model import Blueprint, Identity, StepInstance
from passivelab.commands.connecting import connections
from passivelab.commands.paths import FUNCTIONS
from passivelab.commands.workshop import Workshop
from passivelab.engine import Build, Means, Scope
from passivelab.engine.events import Event
from passivelab.engine.hosts import Connect
from passivelab.errors import CredentialsRefused, NoSessionConfiguration
from passivelab.state import Journal
from passivelab.transport import (
    Connection,
    Credential,
    ErrorRecord,
    Output,
    Parameter,
    SecureText,
    Session,
    Statistics,
)
from passivelab.transport.choice import FirstOf
from winsim.endpoint.contracts import Runspace
from winsim.endpoint.world_machine import WorldMachine
from winsim.interpreter.errors import ErrorRecord as HostError
from winsim.interpreter.hosting import HostUnavailable, Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.texts import to_text
from winsim.run_script import Recorder
from winsim.world import codec
from winsim.world.clock import Clock
from winsim.world.host import Host
from winsim.world.lab import World
from winsim.world.machines import load_machines

C = TypeVar("C", bound=Clock)
T = TypeVar("T")
STACK = 64 * 1024 * 1024  # for threads that run scripts: a tree is evaluated recursively
LIMIT = 20.0  # seconds of this computer that one pipeline may take


class JumpingClock(Clock):
    """A wait is over at once; the time has passed, and what was due in it has happened."""

    passed: Callable[[], None] = staticmethod(lambda: None)

    def wall_seconds(self, lab_seconds: float) -> float:
        self.skip(lab_seconds)
        self.passed()
        return 0.0


class NoUser:
    """A client without a host: nothing can be asked."""

    interactive = False

    def write(self, text: str, foreground: int | None, background: int | None, newline: bool) -> None: ...

    def write_line(self, stream: str, text: str) -> None: ...

    def call(self, method: str, arguments: object) -> object:
        raise HostUnavailable

    def set_should_exit(self, code: int) -> None: ...


@dataclass(frozen=True)
class Snapshot:
    """A world put aside."""

    data: bytes = field(repr=False)

    @classmethod
    def of(cls, world: World) -> Snapshot:
        with world.lock:
            world.clock.rebase()
            hosts = {name: codec.encode(host) for name, host in world.hosts.items()}
            kept, world.hosts = (world.hosts, world.clock), {}
            world.clock = _clock(Clock, world.clock)
            try:
                head = codec.encode(world)
            finally:
                world.hosts, world.clock = kept
        return cls(zlib.compress(marshal.dumps([head, hosts]), 1))

    def world(self) -> World:
        gc.disable()  # nothing of this is garbage yet, and looking for some takes longer than the rest
        try:
            head, hosts = marshal.loads(zlib.decompress(self.data))
            world: World = codec.decode(head)
            for name, data in hosts.items():
                world.hosts[name] = codec.decode(data)
        finally:
            gc.enable()
        return jumping(world)


def jumping(world: World) -> World:
    """The same world with time that does not have to be waited for."""
    clock = _clock(JumpingClock, world.clock)
    clock.passed = world.run_due
    world.clock = clock
    world.connect()
    return world


def _clock(kind: type[C], like: Clock) -> C:
    return kind(**{item.name: getattr(like, item.name) for item in fields(Clock)})


def new_world(machines: Path) -> World:
    return jumping(load_machines(machines))


class LocalSession:
    """A session of the engine with a host of a world; it opens a runspace anew after a restart, as a client would."""

    batches = True

    def __init__(self, world: World, connection: Connection) -> None:
        self.connection = connection
        self.statistics = Statistics()
        self._world = world
        self._host: Host = world.hosts[connection.host]
        self._runspace: Runspace | None = None
        self._boots = -1

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        world, host = self._world, self._host
        with world.lock:
            world.run_due()
            if host.down_until is not None:
                world.clock.skip(max(0.0, (host.down_until - world.clock.now()).total_seconds()) + 1)
                world.run_due()
        self.statistics.count(pipelines=1)
        if self._runspace is None or self._boots != host.boots:
            self._runspace, self._boots = self._open(), host.boots
            self._invoke(self._runspace, [RemoteCommand(FUNCTIONS.read_text("utf-8"), True, local_scope=False)])
        given = [(name, _value(value)) for name, value in parameters.items()]
        return self._invoke(self._runspace, [RemoteCommand(script, True, given)])

    def _open(self) -> Runspace:
        machine = WorldMachine(self._world, self._host, lambda: None)
        domain, _, user = self.connection.user.rpartition("\\")
        account = machine.find_account(domain, user)
        configuration = machine.configuration(self.connection.configuration)
        if account is None or not (account.is_admin or account.remote_management):
            raise CredentialsRefused(host=self.connection.host, user=self.connection.user)
        if configuration is None:
            raise NoSessionConfiguration(host=self.connection.host, configuration=self.connection.configuration)
        return machine.open_runspace(configuration.run_as or account.identity(), NoUser(), configuration)

    def _invoke(self, runspace: Runspace, commands: list[RemoteCommand]) -> Output:
        sink = Recorder()
        outcome = runspace.invoke(PipelineRequest(commands, limits=Limits(seconds=LIMIT)), sink)
        errors = [record for record in (*sink.errors, outcome.error) if isinstance(record, HostError)]
        return Output(
            tuple(to_text(value) for value in sink.values),
            tuple(ErrorRecord(error.full_id, error.message) for error in errors),
            completed=outcome.state == "completed",
        )

    def reset(self) -> None:
        self._runspace = None

    def close(self) -> None:
        self.reset()


def _value(parameter: Parameter) -> Any:
    if isinstance(parameter, Credential):
        return PSCredential(parameter.user, SecureString(parameter.password))
    return SecureString(parameter.text) if isinstance(parameter, SecureText) else parameter


@dataclass(frozen=True)
class Connector:
    """How the engine gets a session, with the accounts and configurations that the lab declares."""

    _workshop: Workshop
    _world: World
    _opened: list[LocalSession] = field(default_factory=list)

    def __call__(self, host: str, identity: Identity) -> Session:
        sessions = [LocalSession(self._world, way) for way in connections(self._workshop.lab, host, identity, None)]
        self._opened.extend(sessions)
        return sessions[0] if len(sessions) == 1 else FirstOf(sessions)

    def lose(self) -> None:
        """Every session is gone, as after a lost connection: what comes next gets a new one."""
        for session in self._opened:
            session.reset()


@contextmanager
def building(
    workshop: Workshop,
    world: World,
    journal: Path,
    blueprint: Blueprint | None = None,
    wanted: Callable[[StepInstance], bool] = lambda item: True,
    emit: Callable[[Event], None] = lambda event: None,
    *,
    connect: Connect | None = None,
    prune: bool = False,
) -> Iterator[Build]:
    """A run of the engine over a world; its journal is a file of its own."""
    record = Journal(journal)
    outside = (connect or Connector(workshop, world), workshop.secret, emit, record)
    means = Means(*outside, workers=1, locate=workshop.locate, deliver=workshop.keys.deliver)
    build = Build(blueprint or workshop.blueprint, means, Scope(wanted, prune=prune))
    try:
        yield build
    finally:
        build.close()
        record.close()


@contextmanager
def deep_threads() -> Iterator[None]:
    """Threads that start inside have room for deep scripts."""
    before = threading.stack_size(STACK)
    try:
        yield
    finally:
        threading.stack_size(before)


def in_deep_thread(work: Callable[[], T]) -> T:
    """Do something that runs scripts, in a thread with room for them."""
    with deep_threads(), ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
