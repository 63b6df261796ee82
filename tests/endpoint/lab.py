"""A machine with a toy engine behind the real endpoint, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import ipaddress
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from winsim.endpoint import tls
from winsim.endpoint.contracts import Account, HostNames, ServiceSettings, SessionConfiguration
from winsim.endpoint.control import FaultControl
from winsim.endpoint.host_endpoint import HostEndpoint
from winsim.endpoint.nthash import nt_hash
from winsim.interpreter.errors import ErrorRecord, ExceptionObject
from winsim.interpreter.hosting import HostUI, HostUnavailable, Identity, Outcome, PipelineRequest, Sink
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import PSObject

T = TypeVar("T")
USER, PASSWORD = "CORP\\Administrator", "Pa$$w0rd-é"


class ToyRunspace:
    """Understands a few words: enough to show what the endpoint carries."""

    last_ok = True

    def __init__(self, identity: Identity, ui: HostUI) -> None:
        self.identity = identity
        self.ui = ui
        self.stopped = threading.Event()
        self.variables: dict[str, object] = {}

    def charge_imports(self, seconds: Callable[[], float]) -> None: ...

    def stop(self) -> None:
        self.stopped.set()

    def invoke(self, request: PipelineRequest, sink: Sink) -> Outcome:
        self.stopped.clear()
        for command in request.commands:
            word, _, rest = command.text.partition(" ")
            body = getattr(self, f"do_{word.replace('-', '_').lower()}", None)
            if body is None:
                return Outcome("failed", _record(f"unknown word {word}", "CommandNotFoundException"))
            outcome = body(rest, dict(command.parameters), request, sink)
            if outcome is not None:
                return outcome  # type: ignore[no-any-return]
        return Outcome("completed")

    def do_echo(self, rest: str, parameters: dict[str | None, object], request: PipelineRequest, sink: Sink) -> None:
        if rest:
            sink.output(rest)
        for value in parameters.values():
            sink.output(value)

    def do_identity(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output(self.identity.user)
        sink.output(self.identity.delegated)

    def do_input(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        for value in request.input or ():
            sink.output(value)

    def do_secret(self, rest: str, parameters: dict[str | None, object], request: Any, sink: Sink) -> None:
        for value in parameters.values():
            if isinstance(value, SecureString):
                sink.output(f"secure:{value.text}")
            if isinstance(value, PSCredential):
                sink.output(f"credential:{value.user_name}:{value.password.text}")

    def do_give_secret(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output(SecureString(rest))

    def do_streams(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.error(_record("the error"))
        sink.warning(InformationalRecord("Warning", "the warning"))
        sink.verbose(InformationalRecord("Verbose", "the verbose text"))
        sink.debug(InformationalRecord("Debug", "the debug text"))
        sink.progress(PSObject({"Activity": "the activity", "PercentComplete": 40}))

    def do_fail(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> Outcome:
        return Outcome("failed", _record(rest))

    def do_crash(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        raise RuntimeError("a defect")

    def do_wait(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> Outcome | None:
        stopped = self.stopped.wait(float(rest or 30))
        return Outcome("stopped") if stopped else None

    def do_big(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output("x" * int(rest))

    def do_many(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        for number in range(int(rest)):
            sink.output(number)

    def do_set(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        self.variables["x"] = rest

    def do_get(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output(self.variables.get("x"))

    def do_exit(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        self.ui.set_should_exit(int(rest))

    def do_host(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        self.ui.write(rest, None, None, True)

    def do_ask(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> Outcome | None:
        try:
            answer = self.ui.call("PromptForChoice", ("caption", rest, ({"label": "&Yes", "helpMessage": ""},), 0))
            line = self.ui.call("ReadLine", ())
        except HostUnavailable:
            return Outcome("failed", _record("no host"))
        sink.output(answer)
        sink.output(line)
        return None

    def do_stdin(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output("got " + self.ui.console.read_to_end())  # type: ignore[attr-defined]

    # what cmd.exe asks for

    def do_get_childitem(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        for name, value in (("USERPROFILE", "C:\\Users\\Administrator"), ("OS", "Windows_NT")):
            sink.output(PSObject({"Name": name, "Value": value}))

    def do_whoami_exe(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output(self.identity.user.lower())

    do_whoami = do_whoami_exe

    def do_set_location(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None: ...

    def do_get_variable(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        sink.output(0)

    def do_out_string(self, rest: str, parameters: Any, request: PipelineRequest, sink: Sink) -> None:
        for value in request.input or ():
            sink.output(to_text(value))


def _record(message: str, id: str = "Toy") -> ErrorRecord:
    return ErrorRecord(ExceptionObject("System.InvalidOperationException", message), id, "InvalidOperation", "target")


for _name in ("whoami.exe",):
    setattr(ToyRunspace, f"do_{_name}", ToyRunspace.do_whoami_exe)


_NAMES = HostNames("ARR01", "arr01.corp.contoso.com", "CORP", "corp.contoso.com")


@dataclass
class ToyMachine:
    settings: ServiceSettings = field(default_factory=ServiceSettings)
    names: HostNames = _NAMES
    settled: int = 0
    certificates: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts["administrator"] = Account(USER, nt_hash(PASSWORD), is_admin=True)
        self.accounts["guest"] = Account("CORP\\guest", nt_hash(PASSWORD))

    def find_account(self, domain: str, user: str) -> Account | None:
        name, _, suffix = user.lower().partition("@")
        known = domain.lower() in ("corp", "", "corp.contoso.com") and suffix in ("", "contoso.com")
        return self.accounts.get(name) if known else None

    def certificate_account(self, certificate: bytes) -> Account | None:
        return self.accounts.get(self.certificates.get(hashlib.sha256(certificate).hexdigest(), ""))

    def configuration(self, name: str) -> SessionConfiguration | None:
        if name == "delegated":
            return SessionConfiguration(name, Identity("CORP\\runas", delegated=True))
        return SessionConfiguration(name) if name.lower() == "microsoft.powershell" else None

    def open_runspace(self, identity: Identity, ui: HostUI, configuration: SessionConfiguration) -> ToyRunspace:
        return ToyRunspace(identity, ui)

    def settle(self) -> None:
        self.settled += 1


class ToyLab:
    """Use as a context manager; HTTP and HTTPS listen on free ports of 127.0.0.1."""

    def __init__(self, machine: ToyMachine | None = None, trusted: tuple[bytes, ...] = ()) -> None:
        self.machine = machine or ToyMachine()
        self.control = FaultControl()
        self.workers = ThreadPoolExecutor(32)
        self.loop = asyncio.new_event_loop()
        self.pem = _pem()
        self._trusted = trusted
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.endpoint: HostEndpoint
        self.http = self.https = 0

    def __enter__(self) -> ToyLab:
        self._thread.start()
        self.call(self._start())
        return self

    def __exit__(self, *exception: object) -> None:
        self.call(self.endpoint.close())
        self.call(asyncio.sleep(0.01))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()
        self.workers.shutdown(wait=False)

    async def _start(self) -> None:
        self.endpoint = HostEndpoint("arr01", self.machine, self.workers, self.control)
        self.http = await self.endpoint.listen("127.0.0.1", 0)
        self.https = await self.endpoint.listen("127.0.0.1", 0, tls.load(self.pem, self._trusted))

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


_PEMS: list[bytes] = []


def _pem() -> bytes:
    if not _PEMS:
        _PEMS.append(make_pem(["localhost"], ["127.0.0.1"]))
    return _PEMS[0]


def make_pem(names: Iterable[str], addresses: Iterable[str]) -> bytes:
    """A new key and a self-signed certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Toy lab")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
