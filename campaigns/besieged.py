"""Two simulated hosts behind the real endpoint in this process, watched for what they must not do."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from campaigns.wire_client import Door
from winsim.endpoint.contracts import ServiceSettings
from winsim.endpoint.control import FaultControl
from winsim.endpoint.host_endpoint import HostEndpoint
from winsim.endpoint.world_machine import WorldMachine
from winsim.world.machines import build_world

T = TypeVar("T")
_STACK: Final = 64 * 1024 * 1024
_PASSWORD: Final = "Besieged-2012-R2"
_SETTINGS: Final = ServiceSettings(
    basic=True, allow_unencrypted=True, credssp=True, max_shells_per_user=100_000, max_operation_timeout=0.5
)


class _Machine(WorldMachine):
    """A host that allows every way in and lets nobody wait for long."""

    @property
    def settings(self) -> ServiceSettings:
        return replace(super().settings, **vars(_SETTINGS))


class _Complaints(logging.Handler):
    """Everything that is logged as more than information."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"logged: {self.format(record)}")


class _Workers(ThreadPoolExecutor):
    """Counts what runs and keeps what was raised."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__(64)
        self.running = 0
        self._complaints = complaints

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self.running += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[Any]) -> None:
        self.running -= 1
        if not future.cancelled() and future.exception() is not None:
            self._complaints.append(f"raised in a worker: {future.exception()!r}")


class Besieged:
    """Use as a context manager. ``door`` leads to the host under attack, the others to whom its data must not go."""

    door: Door
    other_host: Door
    other_user: Door

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._complaints = _Complaints()
        self._workers = _Workers(self._complaints.texts)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._endpoints: list[HostEndpoint] = []
        self._descriptors = 0

    def __enter__(self) -> Besieged:
        logging.getLogger().addHandler(self._complaints)
        threading.stack_size(_STACK)
        self._loop.set_exception_handler(lambda loop, context: self._complaints.texts.append(f"loop: {context}"))
        self._thread.start()
        ports = self._call(self._start())
        self.door = Door(ports[0], "Administrator", _PASSWORD)
        self.other_host = Door(ports[1], "Administrator", _PASSWORD)
        self.other_user = Door(ports[0], "Second", _PASSWORD)
        self._descriptors = _descriptors()
        return self

    def __exit__(self, *exception: object) -> None:
        for endpoint in self._endpoints:
            self._call(endpoint.close())
        self._call(asyncio.sleep(0.01))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self._workers.shutdown(wait=False)
        threading.stack_size(0)
        logging.getLogger().removeHandler(self._complaints)

    async def _start(self) -> list[int]:
        network = {"n": {"cidr": "10.9.0.0/24"}}
        administrator = {"local_administrator": {"user": "Administrator", "password": _PASSWORD}}
        hosts = {f"siege{n}": {"address": f"10.9.0.{n}", "network": "n"} for n in (11, 12)}
        world = build_world({"lab": "siege", "networks": network, "accounts": administrator, "hosts": hosts})
        world.clock.set_scale(600.0)
        control = FaultControl()
        ports: list[int] = []
        for name, host in world.hosts.items():
            second = host.accounts.add_user("Second", _PASSWORD)
            host.accounts.add_member("Administrators", second.name)
            endpoint = HostEndpoint(name, _Machine(world, host, lambda: None), self._workers, control)
            ports.append(await endpoint.listen("127.0.0.1", 0))
            self._endpoints.append(endpoint)
        return ports

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def name_of_other(self, door: Door) -> str:
        return "siege11" if door.port == self.other_host.port else "siege12"

    def forget_shells(self) -> None:
        async def forget() -> None:
            for endpoint in self._endpoints:
                endpoint.service.shells.remove_all()

        self._call(forget())

    def aftermath(self) -> list[str]:
        """What is wrong after the siege."""
        self.forget_shells()
        deadline = time.monotonic() + 10
        while (left := self._call(self._left_over())) and time.monotonic() < deadline:
            time.sleep(0.1)
        return [*self._complaints.texts, *left]

    async def _left_over(self) -> list[str]:
        counts = {
            "shells": sum(len(endpoint.service.shells) for endpoint in self._endpoints),
            "connections": sum(len(endpoint.connections) for endpoint in self._endpoints),
            "tasks": len(asyncio.all_tasks()) - 1,
            "pipelines": self._workers.running,
            "descriptors": max(0, _descriptors() - self._descriptors),
        }
        return [f"left over: {count} {name}" for name, count in counts.items() if count]


def _descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())
