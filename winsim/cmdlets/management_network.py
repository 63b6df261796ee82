"""Test-Connection, Invoke-WebRequest, Invoke-RestMethod over the lab's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.json_reading import JsonReader
from winsim.cmdlets.utility_json import from_json, object_of
from winsim.interpreter.collect import unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.containers import Dictionary, Hashtable
from winsim.interpreter.convert import convert
from winsim.interpreter.net.network import ask
from winsim.interpreter.net.paths import decode
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.providers import locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import Int64, record
from winsim.world.network import route

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

PING = "System.Management.ManagementObject#root\\cimv2\\Win32_PingStatus"


def ping(call: CommandCall, name: str) -> str | None:
    """The address that answers, None where nobody does."""
    for address in call.world.resolve(call.host, name):
        reached = route(call.world, call.host, address, 0)
        if reached is not None and reached.host.is_up(call.world.clock.now()):
            return address
    return None


@cmdlet(
    "Test-Connection",
    ("ComputerName", "Count", "Quiet", "BufferSize"),
    idle=("Delay", "TimeToLive"),  # echoes take no time and pass no routers
    locks_world=False,
)
def test_connection(call: CommandCall) -> None:
    count = int(call.text("Count")) if call.has("Count") else 4
    for name in call.texts("ComputerName"):
        address = ping(call, name)
        if call.switch("Quiet"):
            call.write(address is not None)
            continue
        if address is None:
            call.write_error(
                CommandError(
                    "TestConnectionException",
                    f"Testing connection to computer '{name}' failed: Error due to lack of resources",
                    "ResourceUnavailable",
                    name,
                    "System.Net.NetworkInformation.PingException",
                )
            )
            continue
        for _ in range(count):
            call.write(
                record(
                    PING,
                    {
                        "__SERVER": call.host.name,
                        "Address": name,
                        "IPV4Address": address,
                        "ProtocolAddress": address,
                        "BufferSize": int(call.text("BufferSize", "32")),
                        "ResponseTime": 0,
                        "StatusCode": 0,
                    },
                )
            )


WEB = (
    "Uri",
    "Method",
    "Headers",
    "Body",
    "ContentType",
    "OutFile",
    "UserAgent",
)
# Pages are never parsed into a document, requests take no time, connections end at once.
WEB_IDLE = ("UseBasicParsing", "TimeoutSec", "DisableKeepAlive")


def request(call: CommandCall) -> object:
    """The answer; an error status or an unreachable server is the cmdlet's error."""
    headers = {}
    given = unwrap(call.get("Headers"))
    if isinstance(given, Dictionary):
        headers = {to_text(key): to_text(value) for key, value in given.items()}
    if call.has("ContentType"):
        headers["Content-Type"] = call.text("ContentType")
    if call.has("UserAgent"):
        headers["User-Agent"] = call.text("UserAgent")
    body = unwrap(call.get("Body"))
    data = form(body) if isinstance(body, Dictionary) else to_text(body)
    if isinstance(body, Dictionary):
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    method = to_text(call.get("Method")).upper() if call.has("Method") else "GET"
    address = call.text("Uri")
    try:
        return ask(
            call.session,
            address if "://" in address else f"http://{address}",
            "GET" if method == "DEFAULT" else method,
            headers,
            data.encode(),
        )
    except NetError as problem:
        raise CommandError(
            "WebCmdletWebResponseException",
            problem.message,
            "InvalidOperation",
            None,
            problem.type_name,
        ) from None


def form(body: Dictionary) -> str:
    from urllib.parse import urlencode

    return urlencode({to_text(key): to_text(value) for key, value in body.items()})


def save(call: CommandCall, data: bytes) -> None:
    place = locations(call.session).place(call.text("OutFile"))
    with call.world.lock:
        call.host.files.write(place.path, data)


def status_of(answer: object) -> int:
    value = getattr(answer, "status", 200)
    return int(value)


@cmdlet("Invoke-WebRequest", (*WEB, "PassThru"), idle=WEB_IDLE, locks_world=False, by_value=("Body",))
def invoke_web_request(call: CommandCall) -> None:
    answer = request(call)
    data: bytes = getattr(answer, "body", b"")
    if call.has("OutFile"):
        save(call, data)
        if not call.switch("PassThru"):
            return
    headers = dict(getattr(answer, "headers", {}))
    text = decode(data)
    from http import HTTPStatus

    status = status_of(answer)
    call.write(
        record(
            "Microsoft.PowerShell.Commands.BasicHtmlWebResponseObject",
            {
                "StatusCode": status,
                "StatusDescription": HTTPStatus(status).phrase,
                "Content": text,
                "RawContent": text,
                "Headers": Hashtable(list(headers.items())),
                "RawContentLength": Int64(len(data)),
            },
        )
    )


@cmdlet("Invoke-RestMethod", WEB, idle=WEB_IDLE, locks_world=False, by_value=("Body",))
def invoke_rest_method(call: CommandCall) -> None:
    answer = request(call)
    data: bytes = getattr(answer, "body", b"")
    if call.has("OutFile"):
        save(call, data)
        return
    headers = {name.lower(): value for name, value in dict(getattr(answer, "headers", {})).items()}
    kind, text = headers.get("content-type", ""), decode(data)
    if "json" in kind:
        call.write(from_json(JsonReader(text, object_of).document()))
    elif "xml" in kind:
        call.write(convert(text, get_type("System.Xml.XmlDocument")))
    else:
        call.write(text)
