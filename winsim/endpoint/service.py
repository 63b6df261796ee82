"""The WS-Management service of one host: actions on shells, configuration and identification."""

from __future__ import annotations

import asyncio
import base64
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from winsim.endpoint import config, faults
from winsim.endpoint.authentication import Caller
from winsim.endpoint.faults import WsmanFault
from winsim.endpoint.output import Batch
from winsim.endpoint.powershell_shell import PowerShellShell
from winsim.endpoint.shells import Origin, Shell, ShellContext, ShellRequest, ShellTable, new_shell_id
from winsim.endpoint.soap import (
    ENUMERATION,
    IDENTIFY,
    SHELL,
    SOAP,
    TRANSFER,
    WSMAN,
    WsmanRequest,
    message_id_of,
    parse_request,
    parse_xml,
    respond,
)
from winsim.endpoint.winrs.shell import CommandShell

log = logging.getLogger(__name__)

_SHELL_URI: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_CMD_URI: Final = f"{_SHELL_URI}/cmd"
_POWERSHELL_URI: Final = "http://schemas.microsoft.com/powershell/"
_DONE: Final = f"{_SHELL_URI}/CommandState/Done"
_RUNNING: Final = f"{_SHELL_URI}/CommandState/Running"


class Answer:
    """A response on its way. ``undelivered`` is called when the connection broke before it was written."""

    def __init__(self, status: int, body: bytes, undelivered: Callable[[], None] | None = None) -> None:
        self.status = status
        self.body = body
        self.undelivered = undelivered or (lambda: None)


class WsmanService:
    def __init__(self, context: ShellContext) -> None:
        self.shells = ShellTable(context.machine)
        self._context = context
        self._machine = context.machine
        self._actions: dict[str, Callable[[WsmanRequest, Caller, Origin], Awaitable[Answer]]] = {
            f"{TRANSFER}/Create": self._create,
            f"{TRANSFER}/Delete": self._delete,
            f"{TRANSFER}/Get": self._get,
            f"{ENUMERATION}/Enumerate": self._enumerate,
            f"{SHELL}/Command": self._command,
            f"{SHELL}/Receive": self._receive,
            f"{SHELL}/Send": self._send,
            f"{SHELL}/Signal": self._signal,
            f"{SHELL}/Disconnect": self._disconnect,
            f"{SHELL}/Reconnect": self._reconnect,
            f"{SHELL}/Connect": self._connect,
        }

    async def handle(self, data: bytes, caller: Caller, origin: Origin) -> Answer:
        message_id = ""
        try:
            envelope = parse_xml(data)
            message_id = message_id_of(envelope)
            if envelope.find(f"{{{SOAP}}}Body/{{{IDENTIFY}}}Identify") is not None:
                return Answer(200, config.identify(authenticated=True))
            request = parse_request(envelope)
            action = self._actions.get(request.action)
            if action is None:
                raise faults.unknown_action(request.action)
            if not request.resource_uri:
                raise faults.missing_resource()
            answer = await action(request, caller, origin)
            if len(answer.body) > request.max_envelope and request.action != f"{SHELL}/Receive":
                raise faults.answer_too_large()
            return answer
        except WsmanFault as fault:
            return self._fault(fault, message_id)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("a WS-Management request failed")
            return self._fault(faults.internal(f"The simulated lab failed: {type(error).__name__}."), message_id)

    def identify(self, data: bytes) -> Answer | None:
        """The answer to an unauthenticated Identify; None for anything else."""
        try:
            envelope = parse_xml(data)
        except WsmanFault:
            return None
        if envelope.find(f"{{{SOAP}}}Body/{{{IDENTIFY}}}Identify") is None:
            return None
        return Answer(200, config.identify(authenticated=False))

    def _fault(self, fault: WsmanFault, relates_to: str) -> Answer:
        return Answer(500, respond(fault.action, relates_to, fault.body(self._machine.names.fqdn)))

    @staticmethod
    def _answer(request: WsmanRequest, body: str, action: str = "") -> Answer:
        return Answer(200, respond(action or f"{request.action}Response", request.message_id, body))

    def _shell(self, request: WsmanRequest, caller: Caller) -> Shell:
        shell = self.shells.find(request.shell_id, caller)
        shell.touch()
        return shell

    def _connected(self, request: WsmanRequest, caller: Caller) -> Shell:
        shell = self._shell(request, caller)
        if shell.state == "Disconnected":
            raise faults.disconnected(shell.id)
        return shell

    # shells

    async def _create(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        if not caller.account.is_admin and not caller.account.remote_management:
            raise faults.access_denied()
        element = request.child("Shell")
        shell_request = ShellRequest(
            new_shell_id(element), request.resource_uri, caller, origin, request.session_id, request.options, element
        )
        self.shells.check_free(shell_request.id)
        self.shells.check_quota(caller)
        shell = self._new_shell(shell_request)
        self.shells.add(shell)
        reference = (
            f"<x:ResourceCreated><a:Address>{escape(origin.url(self._machine.names.fqdn))}</a:Address>"
            f"<a:ReferenceParameters><w:ResourceURI>{escape(shell.resource_uri)}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            "</x:ResourceCreated>"
        )
        return self._answer(request, reference + shell.describe())

    def _new_shell(self, request: ShellRequest) -> Shell:
        if request.resource_uri == _CMD_URI:
            return CommandShell(request, self._context)
        if request.resource_uri.lower().startswith(_POWERSHELL_URI):
            name = request.resource_uri[len(_POWERSHELL_URI) :]
            configuration = self._machine.configuration(name)
            if configuration is not None:
                return PowerShellShell(request, self._context, configuration)
        raise faults.unknown_resource(request.resource_uri)

    async def _delete(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        self.shells.remove(self._shell(request, caller))
        return self._answer(request, "")

    async def _command(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._connected(request, caller)
        line = request.child("CommandLine")
        command_id = (line.get("CommandId") or str(uuid.uuid4())).upper()
        shell.start(command_id, line, request.options)
        body = f"<rsp:CommandResponse><rsp:CommandId>{escape(command_id)}</rsp:CommandId></rsp:CommandResponse>"
        return self._answer(request, body)

    async def _send(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._connected(request, caller)
        streams = request.child("Send").findall(f"{{{SHELL}}}Stream")
        if not streams:
            raise faults.malformed("The Send element has no Stream.")
        for stream in streams:
            try:
                data = base64.b64decode("".join((stream.text or "").split()), validate=True)
            except ValueError:
                raise faults.malformed("The data is no base64.") from None
            ends = (stream.get("End") or "").lower() in {"true", "1"}
            shell.send(stream.get("Name") or "", stream.get("CommandId"), data, ends)
        return self._answer(request, "<rsp:SendResponse></rsp:SendResponse>")

    async def _receive(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._connected(request, caller)
        desired = request.child("Receive").find(f"{{{SHELL}}}DesiredStream")
        if desired is None:
            raise faults.malformed("The Receive element has no DesiredStream.")
        command_id = desired.get("CommandId")
        queue = shell.queue(command_id)
        settings = self._machine.settings
        limit = min(request.max_envelope, settings.max_envelope_kb * 1024)
        timeout = min(request.operation_timeout, settings.max_operation_timeout)
        shell.receiving += 1
        try:
            batch = await queue.take(request.message_id, timeout, limit)
        finally:
            shell.receiving -= 1
            shell.touch()
        answer = self._answer(request, _receive_response(batch, command_id))
        answer.undelivered = lambda: queue.give_back(request.message_id)
        return answer

    async def _signal(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._connected(request, caller)
        element = request.child("Signal")
        shell.signal(element.get("CommandId"), (element.findtext(f"{{{SHELL}}}Code") or "").strip())
        return self._answer(request, "<rsp:SignalResponse></rsp:SignalResponse>")

    async def _disconnect(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._connected(request, caller)
        shell.state = "Disconnected"
        shell.output.interrupt()
        for queue in shell.queues.values():
            queue.interrupt()
        return self._answer(request, "<rsp:DisconnectResponse></rsp:DisconnectResponse>")

    async def _reconnect(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._shell(request, caller)
        shell.state = "Connected"
        return self._answer(request, "<rsp:ReconnectResponse></rsp:ReconnectResponse>")

    async def _connect(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        shell = self._shell(request, caller)
        element = request.child("Connect")
        command_id = element.get("CommandId")
        if command_id is not None:
            shell.queue(command_id)
            return self._answer(request, "<rsp:ConnectResponse></rsp:ConnectResponse>")
        inner = shell.connect(element)
        shell.state = "Connected"
        shell.session_id = request.session_id
        return self._answer(request, f"<rsp:ConnectResponse>{inner}</rsp:ConnectResponse>")

    # descriptions

    async def _get(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        uri = request.resource_uri
        if uri.startswith((_SHELL_URI, _POWERSHELL_URI)):
            return self._answer(request, self._shell(request, caller).describe())
        if not caller.account.is_admin:
            raise faults.access_denied()
        body = config.get(uri, self._machine.settings)
        if body is None:
            raise faults.unknown_resource(uri)
        return self._answer(request, body)

    async def _enumerate(self, request: WsmanRequest, caller: Caller, origin: Origin) -> Answer:
        uri = request.resource_uri
        if uri == _SHELL_URI:
            items = [shell.describe() for shell in self.shells.visible_to(caller)]
        elif uri == f"{_SHELL_URI}/Command":
            items = self._commands(request, caller)
        else:
            found = config.enumerate_items(uri, self._machine.settings)
            if found is None:
                raise faults.unknown_resource(uri)
            items = found
        body = (
            "<e:EnumerateResponse><e:EnumerationContext></e:EnumerationContext>"
            f"<w:Items>{''.join(items)}</w:Items><w:EndOfSequence></w:EndOfSequence></e:EnumerateResponse>"
        )
        return self._answer(request, body)

    def _commands(self, request: WsmanRequest, caller: Caller) -> list[str]:
        selector = request.body.find(f".//{{{WSMAN}}}Selector[@Name='ShellId']")
        shell_id = (selector.text or "").upper() if selector is not None else request.shell_id
        shell = self.shells.find(shell_id, caller)
        return [
            f'<rsp:Command xmlns:rsp="{SHELL}"><rsp:CommandId>{command}</rsp:CommandId>'
            f"<rsp:CommandLine>{escape(line)}</rsp:CommandLine><rsp:CommandState>Running</rsp:CommandState></rsp:Command>"
            for command, line in shell.running_commands()
        ]


def _receive_response(batch: Batch, command_id: str | None) -> str:
    parts: list[str] = []
    for chunk in batch.chunks:
        owner = f" CommandId={quoteattr(chunk.command_id)}" if chunk.command_id else ""
        parts.append(f'<rsp:Stream Name="{chunk.stream}"{owner}>{base64.b64encode(chunk.data).decode()}</rsp:Stream>')
    if command_id is not None:
        id = quoteattr(command_id)
        parts += [f'<rsp:Stream Name="{name}" CommandId={id} End="true"></rsp:Stream>' for name in batch.ended]
        state = _DONE if batch.finished else _RUNNING
        code = "" if batch.exit_code is None else f"<rsp:ExitCode>{batch.exit_code & 0xFFFFFFFF}</rsp:ExitCode>"
        parts.append(
            f"<rsp:CommandState CommandId={quoteattr(command_id)} State={quoteattr(state)}>{code}</rsp:CommandState>"
        )
    return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"
