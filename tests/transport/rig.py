"""A WinRM endpoint on loopback whose runspaces are Python: what the transport does, without PowerShell."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from passivelab.transport import Connection
from winsim.endpoint.contracts import Account, HostNames, ServiceSettings, SessionConfiguration
from winsim.endpoint.control import Fault, FaultControl
from winsim.endpoint.host_endpoint import HostEndpoint
from winsim.endpoint.nthash import nt_hash
from winsim.interpreter.hosting import HostUI, Identity, Outcome, PipelineRequest, Sink


@dataclass
class Machine:
    """Answers every script with the text of its last command and notes what it was given."""

    settings: ServiceSettings = field(default_factory=ServiceSettings)
    names: HostNames = field(default_factory=lambda: HostNames("ARR01", "arr01", "ARR01"))
    scripts: list[list[str]] = field(default_factory=list)
    parameters: list[dict[str, object]] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    seconds: float = 0.0

    def find_account(self, domain: str, user: str) -> Account | None:
        known = user.lower() == "administrator"
        return Account("ARR01\\Administrator", nt_hash("pass-Word-1"), is_admin=True) if known else None

    def certificate_account(self, certificate: bytes) -> Account | None:
        return None

    def configuration(self, name: str) -> SessionConfiguration | None:
        run_as = {"microsoft.powershell": None, "delegated": Identity("CORP\\labadmin", delegated=True)}
        return SessionConfiguration(name, run_as[name.lower()]) if name.lower() in run_as else None

    def open_runspace(self, identity: Identity, ui: HostUI, configuration: SessionConfiguration) -> Runspace:
        self.identities.append(configuration.run_as or identity)
        return Runspace(self)

    def settle(self) -> None:
        pass


@dataclass
class Runspace:
    machine: Machine
    stopped: threading.Event = field(default_factory=threading.Event)

    def invoke(self, request: PipelineRequest, sink: Sink) -> Outcome:
        if not any(command.is_script for command in request.commands):
            return Outcome("completed")  # the endpoint's own preparation of a runspace
        self.machine.scripts.append([command.text for command in request.commands])
        last = request.commands[-1]
        self.machine.parameters.append({str(name): value for name, value in last.parameters})
        deadline = time.monotonic() + self.machine.seconds
        while time.monotonic() < deadline:
            if self.stopped.wait(0.01):
                return Outcome("stopped")
        sink.output(last.text)
        return Outcome("completed")

    def stop(self) -> None:
        self.stopped.set()

    def charge_imports(self, seconds: Callable[[], float]) -> None: ...


class Rig:
    """The endpoint, in a thread of its own."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.control = FaultControl()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._workers = ThreadPoolExecutor(4)
        self.endpoint, self.port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    async def _start(self) -> tuple[HostEndpoint, int]:
        endpoint = HostEndpoint("arr01", self.machine, self._workers, self.control)
        return endpoint, await endpoint.listen("127.0.0.1", 0)

    def connection(self, **more: object) -> Connection:
        values: dict[str, object] = {"user": "Administrator", "password": "pass-Word-1", **more}
        return Connection("arr01", "127.0.0.1", self.port, **values)  # type: ignore[arg-type]

    def arm(self, fault: Fault) -> None:
        self._loop.call_soon_threadsafe(self.control.arm, fault)

    def restart(self) -> None:
        """The shells are gone and the connections broken; at once there again."""

        async def restart() -> None:
            self.endpoint.go_down()
            self.endpoint.come_up()

        asyncio.run_coroutine_threadsafe(restart(), self._loop).result(10)

    def requests(self) -> int:
        return self.endpoint.requests

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.endpoint.close(), self._loop).result(10)
        self._workers.shutdown(wait=False)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
