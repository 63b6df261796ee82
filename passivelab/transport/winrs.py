"""Sessions over WinRS (pywinrm): for hosts without a PowerShell endpoint. One step at a time, no batching.

A command line ends near 8 KB, so that only a small program travels there. It reads the script, its parameters and its
secrets from standard input, in one document whose length is told first.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import math
import os
import re
import time
from collections.abc import Mapping
from typing import Any, Final, Literal

import requests
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from passivelab.errors import ConnectionGone, TimedOut, TransportError, Unreachable
from passivelab.transport.adapters import prepare
from passivelab.transport.faults import CREDSSP, is_untrusted, refused, untrusted, while_opening
from passivelab.transport.session import (
    Connection,
    Credential,
    ErrorRecord,
    Output,
    Parameter,
    SecureText,
    Statistics,
)

BOOTSTRAP: Final = r"""
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
function Write-Answer($Kind, $Text) {
    [Console]::Out.WriteLine($Kind + [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($Text)))
}
try {
    $length = [int][Console]::In.ReadLine()
    $buffer = New-Object -TypeName 'char[]' -ArgumentList $length
    $filled = 0
    while ($filled -lt $length) {
        $count = [Console]::In.Read($buffer, $filled, $length - $filled)
        if ($count -le 0) { throw 'The document on standard input was cut off.' }
        $filled += $count
    }
    $document = ConvertFrom-Json -InputObject (-join $buffer)
    . ([scriptblock]::Create($document.prelude))
    $parameters = @{}
    foreach ($item in $document.parameters) {
        $value = $item.value
        if ($item.kind -ne 'plain') { $value = ConvertTo-SecureString -String $item.value -AsPlainText -Force }
        if ($item.kind -eq 'credential') {
            $value = New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList $item.user, $value
        }
        $parameters[$item.name] = $value
    }
    & ([scriptblock]::Create($document.script)) @parameters | ForEach-Object { Write-Answer 'O' "$_" }
} catch {
    Write-Answer 'E' "$($_.FullyQualifiedErrorId)`n$($_.Exception.Message)"
}
"""

POLL_SECONDS = 20
CHUNK = 60_000  # bytes of standard input in one message; an envelope may have 150 KB
FAMILIES = (WinRMError, WinRMTransportError, *CREDSSP, requests.exceptions.RequestException, OSError, ValueError)
METHODS: Mapping[str, Literal["ntlm", "kerberos", "credssp", "basic"]] = {
    "negotiate": "ntlm",
    "ntlm": "ntlm",
    "kerberos": "kerberos",
    "credssp": "credssp",
    "basic": "basic",
}


class WinrsSession:
    """A Session over WinRS: one shell for a whole run, one process in it for each script."""

    def __init__(self, connection: Connection, prelude: str = "") -> None:
        self.connection = connection
        self.statistics = Statistics()
        self._prelude = prelude
        self._protocol: Protocol | None = None
        self._shell: str | None = None

    @property
    def batches(self) -> bool:
        return False

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        started = time.monotonic()
        protocol, shell = self._open()
        command: str | None = None
        try:
            command = protocol.run_command(shell, "powershell.exe", _arguments(), skip_cmd_shell=True)
            self._send(protocol, shell, command, script, parameters)
            self.statistics.count(pipelines=1)
            stdout, stderr, code = self._receive(shell, command, started, timeout)
            self._clean(shell, command)
        except FAMILIES as error:
            self.reset()
            where = self.connection
            raise ConnectionGone(host=where.host, endpoint=where.endpoint, reason=_reason(error)) from error
        except TransportError:
            if command is not None:
                self._clean(shell, command)
            raise
        return _output(stdout, stderr, code)

    def reset(self) -> None:
        self._protocol = None
        self._shell = None

    def close(self) -> None:
        if self._protocol is not None and self._shell is not None:
            with contextlib.suppress(*FAMILIES):
                self._protocol.close_shell(self._shell)
        self.reset()

    def _open(self) -> tuple[Protocol, str]:
        if self._protocol is not None and self._shell is not None:
            return self._protocol, self._shell
        where = self.connection
        try:
            protocol = self._connect()  # speaks to the host already: message encryption begins with a login
            shell = protocol.open_shell(codepage=65001)
        except InvalidCredentialsError as error:
            raise refused(where) from error
        except CREDSSP as error:
            raise while_opening(error, where) from error
        except FAMILIES as error:
            if is_untrusted(error):
                raise untrusted(error, where) from error
            raise Unreachable(host=where.host, endpoint=where.endpoint, reason=_reason(error)) from error
        self.statistics.count(sessions=1)
        self._protocol, self._shell = protocol, shell
        return protocol, shell

    def _connect(self) -> Protocol:
        where = self.connection
        # The same bundle that requests takes for PSRP; pywinrm wants to be told. None: the system's authorities.
        trusted: Any = where.verify if isinstance(where.verify, str) else os.environ.get("REQUESTS_CA_BUNDLE")
        protocol = Protocol(
            where.endpoint,
            transport=METHODS[where.authentication],
            username=where.user,
            password=where.password,
            ca_trust_path=trusted,
            server_cert_validation="validate" if where.verify else "ignore",
            read_timeout_sec=POLL_SECONDS + 10,
            operation_timeout_sec=POLL_SECONDS,
            # No proxy. With None the library says so in the environment, for all threads, at each request.
            proxy="",
        )
        session = protocol.transport.build_session()
        session.trust_env = False  # it has read the environment already
        prepare(session, where, self.statistics)
        return protocol

    def _send(
        self, protocol: Protocol, shell: str, command: str, script: str, parameters: Mapping[str, Parameter]
    ) -> None:
        document = {
            "prelude": self._prelude,
            "script": script,
            "parameters": [_parameter(name, value) for name, value in parameters.items()],
        }
        text = json.dumps(document).encode("ascii")
        data = f"{len(text)}\n".encode() + text
        for start in range(0, len(data), CHUNK):
            protocol.send_command_input(shell, command, data[start : start + CHUNK], end=start + CHUNK >= len(data))

    def _receive(self, shell: str, command: str, started: float, timeout: float) -> tuple[str, str, int]:
        output, complaints = b"", b""
        drops = 0
        while True:
            elapsed = time.monotonic() - started
            if elapsed > timeout:
                raise TimedOut(
                    host=self.connection.host, endpoint=self.connection.endpoint, limit=timeout, elapsed=elapsed
                )
            assert self._protocol is not None
            try:
                stdout, stderr, code, done = _poll(self._protocol, shell, command, timeout - elapsed)
            except WinRMOperationTimeoutError:
                continue
            except (WinRMTransportError, requests.exceptions.ConnectionError):
                # The encryption is out of step with a new connection: authenticate anew, the shell is still there.
                drops += 1
                if drops > 3:
                    raise
                self._protocol = self._connect()
                continue
            output += stdout
            complaints += stderr
            if done:
                return output.decode("ascii", "replace"), complaints.decode("utf-8", "replace"), code

    def _clean(self, shell: str, command: str) -> None:
        if self._protocol is not None:
            with contextlib.suppress(*FAMILIES):
                self._protocol.cleanup_command(shell, command)


def _poll(protocol: Protocol, shell: str, command: str, remaining: float) -> tuple[bytes, bytes, int, bool]:
    """One Receive, which the host answers before the `remaining` seconds of the script are over."""
    protocol.operation_timeout_sec = max(1, min(POLL_SECONDS, math.ceil(remaining)))
    try:
        return protocol.get_command_output_raw(shell, command)
    finally:
        protocol.operation_timeout_sec = POLL_SECONDS


def _reason(error: BaseException) -> str:
    return (str(error.reason) if isinstance(error, WSManFaultError) else str(error))[:300]


def _arguments() -> list[str]:
    encoded = base64.b64encode(BOOTSTRAP.encode("utf-16-le")).decode("ascii")
    return ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Unrestricted", "-EncodedCommand", encoded]


def _parameter(name: str, value: Parameter) -> dict[str, object]:
    if isinstance(value, Credential):
        return {"name": name, "kind": "credential", "user": value.user, "value": value.password}
    if isinstance(value, SecureText):
        return {"name": name, "kind": "secure", "value": value.text}
    return {"name": name, "kind": "plain", "value": value}


def _output(text: str, complaints: str, code: int) -> Output:
    values: list[str] = []
    errors: list[ErrorRecord] = []
    for line in text.split():
        kind, encoded = line[:1], line[1:]
        try:
            said = base64.b64decode(encoded, validate=True).decode("utf-8")
        except ValueError:
            continue  # somebody else's words on standard output
        if kind == "O":
            values.append(said)
        elif kind == "E":
            identifier, _, message = said.partition("\n")
            errors.append(ErrorRecord(identifier, message))
    if code and not errors:
        # The process ended before the program could say why: what it wrote is XML with the words in <S> elements.
        words = re.findall(r'<S S="Error">([^<]*)</S>', complaints) or [complaints]
        said = html.unescape("".join(words).replace("_x000D__x000A_", " "))
        errors.append(ErrorRecord("ProcessFailed", f"powershell.exe ended with {code}: {' '.join(said.split())[:500]}"))
    return Output(tuple(values), tuple(errors), completed=not errors)
