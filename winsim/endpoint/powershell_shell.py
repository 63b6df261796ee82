"""Shells of the PowerShell plugin: a PSRP runspace pool behind WS-Management."""

from __future__ import annotations

import base64
import binascii
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from winsim.endpoint import faults
from winsim.endpoint.contracts import Runspace, SessionConfiguration
from winsim.endpoint.output import Chunk, OutputQueue
from winsim.endpoint.psrp.host_ui import RunspaceUI
from winsim.endpoint.psrp.pool import BrokenPeer, PoolServer
from winsim.endpoint.shells import CTRL_C_PSRP, Shell, ShellContext, ShellRequest
from winsim.endpoint.soap import POWERSHELL, SHELL
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand
from winsim.interpreter.values import PSObject

log = logging.getLogger(__name__)


class PowerShellShell(Shell):
    """Is the transport of its pool."""

    plugin_streams = ("stdin pr", "stdout")

    def __init__(self, request: ShellRequest, context: ShellContext, configuration: SessionConfiguration) -> None:
        super().__init__(request, context)
        self._configuration = configuration
        self._identity = configuration.run_as or request.identity
        self._pool = PoolServer(uuid.UUID(self.id), self)
        self._pool_closed = False
        self._feed(None, _base64(request.element.findtext(f"{{{POWERSHELL}}}creationXml")))

    # the Shell

    @property
    def busy(self) -> bool:
        return any(not run.ended for run in self._pool.runs.values())

    @property
    def children(self) -> int:
        return 0

    def running_commands(self) -> list[tuple[str, str]]:
        # Also one that has ended: until its client closes it, its output can be fetched by whoever connects.
        return [(str(id).upper(), "") for id in self._pool.runs]

    def start(self, command_id: str, line: Element, options: Mapping[str, str]) -> None:
        limit = self.context.machine.settings.max_commands_per_shell
        if len(self.queues) >= limit:
            raise faults.too_many_commands(limit)
        try:
            pipeline = uuid.UUID(command_id)
        except ValueError:
            raise faults.bad_command_id(command_id) from None
        if command_id.upper() in self.queues:
            raise faults.command_exists(command_id)
        data = b"".join(_base64(element.text) for element in line.findall(f"{{{SHELL}}}Arguments"))
        self.queues[command_id.upper()] = OutputQueue(self.context.loop)
        self._pool.announce(pipeline)
        try:
            self._feed(pipeline, data)
        except faults.WsmanFault:
            self._forget(pipeline)
            raise

    def send(self, stream: str, command_id: str | None, data: bytes, end: bool) -> None:
        if stream not in {"stdin", "pr"}:
            raise faults.invalid_parameter()
        self.queue(command_id)
        self._feed(uuid.UUID(command_id) if command_id else None, data)

    def signal(self, command_id: str | None, code: str) -> None:
        if command_id is None:
            raise faults.invalid_parameter()
        self.queue(command_id)
        pipeline = uuid.UUID(command_id)
        if code == CTRL_C_PSRP:
            self._pool.stop(pipeline)
        else:
            self._forget(pipeline)

    def close(self) -> None:
        self._pool.close()
        for queue in self.queues.values():
            queue.close()
        self.output.close()

    def connect(self, element: Element) -> str:
        text = element.findtext(f"{{{POWERSHELL}}}connectXml") or element.findtext("connectXml")
        try:
            answer = self._pool.connect(_base64(text))
        except BrokenPeer as error:
            raise faults.malformed(str(error)) from error
        return (
            f"<rsp:InputStreams>{escape(self.input_streams)}</rsp:InputStreams>"
            f"<rsp:OutputStreams>{escape(self.output_streams)}</rsp:OutputStreams>"
            f'<pwsh:connectResponseXml xmlns:pwsh="{POWERSHELL}">'
            f"{base64.b64encode(answer).decode()}</pwsh:connectResponseXml>"
        )

    def _forget(self, pipeline: uuid.UUID) -> None:
        self._pool.forget(pipeline)
        queue = self.queues.pop(str(pipeline).upper(), None)
        if queue is not None:
            queue.close()

    def _feed(self, pipeline: uuid.UUID | None, data: bytes) -> None:
        try:
            self._pool.receive(data, pipeline)
        except BrokenPeer as error:
            raise faults.malformed(f"The PowerShell plugin cannot use the data: {error}.") from error

    # the PoolTransport; send_fragments, settle and pipeline_ended come from worker threads

    def send_fragments(self, pipeline: uuid.UUID | None, fragments: list[bytes]) -> None:
        command_id = None if pipeline is None else str(pipeline).upper()
        queue = self.output if command_id is None else self.queues.get(command_id)
        if queue is not None:
            queue.put_all([Chunk("stdout", fragment, command_id) for fragment in fragments])

    def open_runspace(self, ui: RunspaceUI) -> Runspace:
        delay = self.context.start_delay()
        if delay:
            time.sleep(delay)
        runspace = self.context.machine.open_runspace(self._identity, ui, self._configuration)
        runspace.charge_imports(self.context.import_delay)
        parameters = (("Name", "PSSenderInfo"), ("Value", self._sender_info()), ("Scope", "Global"))
        runspace.invoke(PipelineRequest((RemoteCommand("Set-Variable", False, parameters),)), _Nowhere())
        return runspace

    def _sender_info(self) -> PSObject:
        """$PSSenderInfo: who connected, from where, with what."""
        identity = PSObject({"Name": self.caller.account.name, "AuthenticationType": "Negotiate"})
        properties = {
            "UserInfo": PSObject({"Identity": identity}),
            "ConnectionString": f"{self.origin.url(self.context.machine.names.fqdn)}?PSVersion=4.0",
            "ApplicationArguments": self._pool.application_arguments,
        }
        names = ("System.Management.Automation.Remoting.PSSenderInfo", "System.Object")
        return PSObject(properties, names)

    def run(self, work: Callable[[], None]) -> None:
        self.context.workers.submit(work)

    def post(self, work: Callable[[], None]) -> None:
        self.context.loop.call_soon_threadsafe(work)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        self.context.loop.call_later(seconds, work)

    def settle(self) -> None:
        self.context.machine.settle()

    def pipeline_ended(self, pipeline: uuid.UUID) -> None:
        queue = self.queues.get(str(pipeline).upper())
        if queue is not None:
            queue.finish(0)

    def closed(self) -> None:
        self._pool_closed = True


class _Nowhere:
    """Takes what nobody is to see."""

    def output(self, value: object) -> None: ...

    error = warning = verbose = debug = progress = output


def _base64(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (ValueError, binascii.Error):
        raise faults.malformed("The data is no base64.") from None
