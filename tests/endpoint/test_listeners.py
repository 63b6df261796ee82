"""HTTPS of a real endpoint: PowerShell opens it with a certificate of the host's store, and closes it."""

from __future__ import annotations

import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passivelab.errors import ConnectionGone, Unreachable, Untrusted
from passivelab.pki import Pki
from passivelab.transport import Connection, Session
from passivelab.transport.psrp import PsrpSession
from passivelab.transport.winrs import WinrsSession
from tests.endpoint.test_server import serving
from tests.pki.test_store import Wish, Wishes

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NAME = "one.corp.contoso.com"
SELECTORS = "-ResourceURI winrm/config/Listener -SelectorSet @{ Transport = 'HTTPS'; Address = '*' }"
IMPORT = """\
param($Pfx, $Password)
$flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]'MachineKeySet, PersistKeySet'
$certificate = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Certificate2 `
    -ArgumentList ([Convert]::FromBase64String($Pfx)), $Password, $flags
$store = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Store -ArgumentList 'My', 'LocalMachine'
$store.Open('ReadWrite')
$store.Add($certificate)
$null = New-NetFirewallRule -Name https -DisplayName https -Protocol TCP -LocalPort 5986
"""


@dataclass
class Remoting:
    """A lab of two bare hosts, and keys whose root signs a certificate for the first of them."""

    document: dict[str, Any]
    keys: Pki
    root: Path
    sessions: list[Session] = field(default_factory=list)

    def connection(self, secure: bool) -> Connection:
        entry = self.document["hosts"]["one"]
        address, _, port = entry["https_url" if secure else "url"].split("/")[2].partition(":")
        plain = Connection("one", address, int(port), entry["user"], entry["password"], tls=secure)
        return replace(plain, verify=str(self.root), server_name=NAME) if secure else plain

    def session(self, secure: bool, kind: Callable[[Connection], Session] = PsrpSession, **other: Any) -> Session:
        opened = kind(replace(self.connection(secure), **other))
        self.sessions.append(opened)
        return opened

    def run(self, script: str, **parameters: str) -> tuple[str, ...]:
        """Over HTTP, which is always there."""
        output = self.session(False).run(script, parameters, 60)
        assert not output.errors, output.errors
        return output.values

    @property
    def answers(self) -> bool:
        where = self.connection(True)
        with socket.socket() as probe:
            probe.settimeout(2)
            return probe.connect_ex((where.address, where.port)) == 0

    def closes(self) -> bool:
        """What a script has removed is closed a moment after it."""
        deadline = time.monotonic() + 10
        while self.answers and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.answers


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pki, Path]:
    folder = tmp_path_factory.mktemp("pki")
    keys = Pki.open(folder, Wishes(hosts={}, remoting={"one": Wish(NAME, (NAME, "one"))}))
    return keys, folder / "root.crt"


@pytest.fixture
def remoting(tmp_path: Path, keys: tuple[Pki, Path]) -> Iterator[Remoting]:
    with serving(tmp_path) as (_, document):
        lab = Remoting(document, *keys)
        own = lab.keys.remoting["one"]
        lab.run(IMPORT, Pfx=b64encode(own.pfx).decode(), Password=own.password)
        yield lab
        for session in lab.sessions:
            session.close()


def listen(remoting: Remoting) -> None:
    thumbprint = remoting.keys.remoting["one"].thumbprint
    made = f"New-WSManInstance {SELECTORS} -ValueSet @{{ CertificateThumbprint = '{thumbprint}' }} | Out-Null"
    remoting.run(made)


def test_5986_is_open_as_long_as_the_listener_is_there(remoting: Remoting) -> None:
    assert not remoting.answers
    listen(remoting)
    assert remoting.answers  # before the script was told to be done
    remoting.run(f"Set-WSManInstance {SELECTORS} -ValueSet @{{ Enabled = 'false' }} | Out-Null")
    assert remoting.closes()
    remoting.run(f"Set-WSManInstance {SELECTORS} -ValueSet @{{ Enabled = 'true' }} | Out-Null")
    assert remoting.answers
    remoting.run("Disable-NetFirewallRule -Name https")
    assert remoting.closes()
    remoting.run("Enable-NetFirewallRule -Name https")
    assert remoting.answers
    remoting.run("Get-ChildItem WSMan:\\localhost\\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' } | "
                 "Remove-Item -Recurse")  # fmt: skip
    assert remoting.closes()
    assert remoting.run("'HTTP is still there'") == ("HTTP is still there",)


def test_it_shows_the_certificate_of_the_store(remoting: Remoting) -> None:
    thumbprint = remoting.keys.remoting["one"].thumbprint
    remoting.run(
        "New-Item -Path WSMan:\\localhost\\Listener -Transport HTTPS -Address * -Force "
        f"-CertificateThumbPrint {thumbprint} | Out-Null"
    )
    where = remoting.connection(True)
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((where.address, where.port)))
    assert shown == remoting.keys.remoting["one"].certificate.public_bytes(Encoding.DER)
    settings = f"$l = Get-WSManInstance {SELECTORS}; $l.Port; $l.CertificateThumbprint; $l.Enabled"
    assert remoting.run(settings) == ("5986", thumbprint, "true")


@pytest.mark.parametrize("kind", [PsrpSession, WinrsSession])
def test_both_transports_check_who_answers(remoting: Remoting, kind: Callable[[Connection], Session]) -> None:
    listen(remoting)
    assert remoting.session(True, kind).run("$env:COMPUTERNAME", {}, 60).values == ("ONE",)
    for wrong in ({"verify": True}, {"server_name": "two.corp.contoso.com"}):
        with pytest.raises(Untrusted) as caught:
            remoting.session(True, kind, **wrong).run("1", {}, 60)
        assert "lab.yml" in (caught.value.hint or "")
    assert remoting.session(True, kind, verify=False, server_name="").run("2", {}, 60).values == ("2",)


def test_the_session_knows_by_which_door_it_came(remoting: Remoting) -> None:
    listen(remoting)
    script = "$PSSenderInfo.ConnectionString"
    assert remoting.run(script) == ("http://one:5985/wsman?PSVersion=4.0",)
    assert remoting.session(True).run(script, {}, 60).values == ("https://one:5986/wsman?PSVersion=4.0",)


def test_a_session_through_a_listener_that_goes_ends_and_the_next_does_not_open(remoting: Remoting) -> None:
    listen(remoting)
    session = remoting.session(True)
    with suppress(ConnectionGone):  # the answer may still come through, or not
        session.run(f"Remove-WSManInstance {SELECTORS}", {}, 60)
    assert remoting.closes()
    session.reset()
    with pytest.raises(Unreachable):
        session.run("1", {}, 60)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("@{ CertificateThumbprint = 'AA' }", "Cannot find the certificate"),
        ("@{ CertificateThumbprint = $root }", "HttpSetServiceConfiguration"),
        ("@{ CertificateThumbprint = $own; Hostname = 'two' }", "CN and the hostname"),
    ],
)
def test_a_certificate_that_does_not_do_is_refused(remoting: Remoting, value: str, text: str) -> None:
    script = (
        "param($own, $der); $c = New-Object Security.Cryptography.X509Certificates.X509Certificate2 "
        "-ArgumentList (,[Convert]::FromBase64String($der)); $root = $c.Thumbprint; "
        "$s = New-Object Security.Cryptography.X509Certificates.X509Store 'My', 'LocalMachine'; $s.Open('ReadWrite'); "
        f"$s.Add($c); try {{ New-WSManInstance {SELECTORS} -ValueSet {value} }} catch {{ $_.Exception.Message }}"
    )
    own = remoting.keys.remoting["one"].thumbprint
    (said,) = remoting.run(script, own=own, der=remoting.keys.root_base64)
    assert text in said
    assert not remoting.answers
