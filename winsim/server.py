"""The process of a simulated lab: it loads or makes the world, serves its hosts, saves, and leaves in order."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from winsim.endpoint import addresses
from winsim.endpoint.addresses import Place
from winsim.endpoint.control import FaultControl
from winsim.endpoint.host_endpoint import HostEndpoint
from winsim.endpoint.listening import HostListeners
from winsim.endpoint.world_machine import WorldMachine
from winsim.store import Store
from winsim.world.host import Host
from winsim.world.lab import World
from winsim.world.machines import load_machines
from winsim.world.network import is_plugged
from winsim.world.power import request_restart

log = logging.getLogger(__name__)

SCALE: Final = 60.0  # lab seconds in one second: a restart or a replication takes a moment
_STACK: Final = 64 * 1024 * 1024  # scripts may recurse; only touched pages cost memory
_WORKERS: Final = 512
_TICK: Final = 0.05
_FINISH_SECONDS: Final = 0.4  # pipelines that end within this time after SIGTERM are not stopped
_STOP_SECONDS: Final = 0.4  # for those that are


@dataclass(frozen=True)
class Options:
    machines: Path
    state: Path
    fresh: bool = False
    ready_file: Path | None = None
    json: bool = False
    parent_pid: int | None = None
    scale: float = SCALE


class Saver:
    """Saves the world when it has changed. Callers that come while a save runs share the next one."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store
        self._lock = threading.Lock()
        self._saved = -1

    def settle(self, host: Host | None = None) -> None:
        """Returns when everything that has changed until now is on disk.

        Commands tell the world's version that they change something; what .NET methods do to the host that a pipeline
        ran on is found by comparing.
        """
        if host is not None and self._saved >= self._world.version:
            with self._world.lock:
                if self._store.differs(host):
                    self._world.touch()
        wanted = self._world.version
        if self._saved >= wanted:
            return
        with self._lock:
            if self._saved >= wanted:
                return
            with self._world.lock:
                version = self._world.version
                self._store.save(self._world)
            self._saved = version


class StateInUse(OSError):
    """Another process serves the same folder."""


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keeps other simulators out of a state folder; the system gives it back however this process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateInUse(f"{folder}: another simulated lab runs here") from error
        yield


def open_world(options: Options) -> tuple[World, Store]:
    store = Store(options.state / "world")
    if options.fresh and store.folder.exists():
        for file in store.folder.glob("*.json"):
            file.unlink()
    world = store.load() if store.exists() else load_machines(options.machines)
    world.clock.set_scale(options.scale)
    return world, store


class LabServer:
    """All hosts of a world on the network. Use ``async with``; or ``serve`` for a whole process."""

    def __init__(self, world: World, saver: Saver, state: Path, control: FaultControl) -> None:
        self.world = world
        self.control = control
        self.endpoints: dict[str, HostEndpoint] = {}
        self.places: dict[str, Place] = {}
        self._saver = saver
        self._state = state
        self._workers = ThreadPoolExecutor(_WORKERS, "pipeline")
        self._boots: dict[str, int] = {}
        self._listeners: dict[str, HostListeners] = {}
        self._followed = -1  # the version of the world that the listeners are those of
        self._housekeeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        names = list(self.world.hosts)
        wanted = self._remembered(names) or addresses.choose(names, str(self._state.resolve()))
        self._loop = asyncio.get_running_loop()
        for name, host in self.world.hosts.items():
            machine = WorldMachine(self.world, host, partial(self._settle, name))
            endpoint = HostEndpoint(name, machine, self._workers, self.control)
            endpoint.reboot = self._rebooter(host)
            endpoint.skew_clock = self._skew
            endpoint.is_plugged = partial(is_plugged, self.world, host)
            self.endpoints[name] = endpoint
            self.places[name] = wanted[name]
            self._listeners[name] = HostListeners(host, endpoint, wanted[name])
            await self._listeners[name].follow()
            self._boots[name] = host.boots
        self._followed = self.world.version
        self._write("addresses.json", json.dumps({n: [p.address, p.http, p.https] for n, p in self.places.items()}))
        self._housekeeping = asyncio.create_task(self._keep_house())

    async def stop(self) -> None:
        """Lets pipelines that are about to end finish, stops the others, closes everything and saves."""
        if self._housekeeping is not None:
            self._housekeeping.cancel()
        await _until(lambda: not any(e.service.shells.busy for e in self.endpoints.values()), _FINISH_SECONDS)
        shells = [shell for endpoint in self.endpoints.values() for shell in endpoint.service.shells.all()]
        for endpoint in self.endpoints.values():
            await endpoint.close()
        await _until(lambda: not any(shell.busy for shell in shells), _STOP_SECONDS)
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._saver.settle()

    async def __aenter__(self) -> LabServer:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    def ready(self) -> dict[str, Any]:
        """What a client must know: addresses and an account for each host."""
        hosts: dict[str, Any] = {}
        for name, place in self.places.items():
            user, password = self._account(self.world.hosts[name])
            hosts[name] = {
                "url": f"http://{place.address}:{place.http}/wsman",
                "https_url": f"https://{place.address}:{place.https}/wsman",
                "user": user,
                "password": password,
            }
        return {"event": "serving", "pid": os.getpid(), "lab": self.world.lab, "hosts": hosts}

    def _account(self, host: Host) -> tuple[str, str]:
        """The domain's administrator where a host knows him, else its own."""
        accounts = self.world.inventory.get("accounts", {})
        domain = accounts.get("domain_administrator")
        if domain and host.domain_netbios:
            logon = self.world.authenticate(host, host.domain_netbios, domain["user"])
            if logon is not None and logon.is_admin:
                return f"{host.domain_netbios}\\{domain['user']}", domain["password"]
        local = accounts.get("local_administrator", {"user": "Administrator", "password": ""})
        return local["user"], local["password"]

    # what survives

    def _remembered(self, names: list[str]) -> dict[str, Place] | None:
        """The places of the last time, when all of them are free."""
        try:
            data = json.loads((self._state / "addresses.json").read_text("utf-8"))
            places = {name: Place(*data[name]) for name in names}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return places if all(addresses.is_free(place) for place in places.values()) else None

    def _write(self, name: str, text: str) -> None:
        self._state.mkdir(parents=True, exist_ok=True)
        temporary = self._state / f"{name}.new"
        temporary.write_text(text, "utf-8")
        temporary.replace(self._state / name)

    def _settle(self, name: str) -> None:
        """In a worker thread, before a pipeline's end is told: its changes are on disk, and new ports are open."""
        self._saver.settle(self.world.hosts[name])
        if self._listeners[name].lacks():
            asyncio.run_coroutine_threadsafe(self._listeners[name].open_missing(), self._loop).result()

    # the passing of time

    def _rebooter(self, host: Host) -> Callable[[], None]:
        def reboot() -> None:
            with self.world.lock:
                request_restart(self.world, host, 0.0)
                self.world.run_due()

        return reboot

    def _skew(self, seconds: float) -> None:
        self.world.clock.skip(seconds)

    async def _keep_house(self) -> None:
        """Runs what is due on the lab's clock, takes restarting hosts down and up, and ends idle shells."""
        loop = asyncio.get_running_loop()
        last_expiry = loop.time()
        while True:
            await asyncio.sleep(_TICK)
            expire = loop.time() - last_expiry > 5
            if expire:
                last_expiry = loop.time()
            try:
                await self._tick(expire)
            except Exception:  # a defect must not stop the lab's time
                log.exception("keeping house failed")

    async def _tick(self, expire: bool) -> None:
        if self.world.clock.due:
            await asyncio.get_running_loop().run_in_executor(self._workers, self._run_due)
        if self._followed != self.world.version:
            self._followed = self.world.version
            for listeners in self._listeners.values():
                await listeners.follow()
        now = self.world.clock.now()
        for name, endpoint in self.endpoints.items():
            host = self.world.hosts[name]
            if host.boots != self._boots[name]:
                self._boots[name] = host.boots
                endpoint.go_down()
            if endpoint.is_down and host.is_up(now):
                endpoint.come_up()
            if expire:
                endpoint.service.shells.expire()

    def _run_due(self) -> None:
        before = self.world.version
        try:
            with self.world.lock:
                self.world.run_due()
        except Exception:  # a defect in one event must not stop the lab's time
            log.exception("an event on the lab's clock failed")
        if self.world.version != before:
            self._saver.settle()


async def serve(options: Options, control: FaultControl, announce: Callable[[dict[str, Any]], None]) -> None:
    """Serves until SIGTERM, SIGINT or the end of the parent process."""
    world, store = open_world(options)
    saver = Saver(world, store)
    async with LabServer(world, saver, options.state, control) as server, _leaving(options.parent_pid) as leave:
        document = server.ready()
        if options.ready_file is not None:
            options.ready_file.parent.mkdir(parents=True, exist_ok=True)
            temporary = options.ready_file.with_suffix(".new")
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(document), "utf-8")
            temporary.replace(options.ready_file)
        announce(document)
        # A new world is on disk at the latest when the first pipeline ends.
        await asyncio.get_running_loop().run_in_executor(None, saver.settle)
        await leave.wait()
    if options.ready_file is not None:
        options.ready_file.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def _leaving(parent: int | None) -> AsyncIterator[asyncio.Event]:
    """An event for the moment to leave."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, event.set)
    watcher = loop.create_task(_watch(parent, event)) if parent is not None else None
    try:
        yield event
    finally:
        if watcher is not None:
            watcher.cancel()


async def _watch(parent: int, event: asyncio.Event) -> None:
    while _is_alive(parent):
        await asyncio.sleep(0.25)
    event.set()


async def _until(done: Callable[[], bool], seconds: float) -> None:
    """Waits for something, but not for ever."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not done() and loop.time() < deadline:
        await asyncio.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def run(options: Options, control: FaultControl, announce: Callable[[dict[str, Any]], None]) -> None:
    threading.stack_size(_STACK)
    with exclusive(options.state):
        asyncio.run(serve(options, control, announce))


def leave(code: int) -> NoReturn:
    """Ends the process, also when a script does not: what was told to clients is on disk."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)
