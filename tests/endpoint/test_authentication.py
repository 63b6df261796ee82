"""Who gets in, and how: schemes, message encryption, channel bindings, certificates, CredSSP."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pypsrp.exceptions import AuthenticationError, WinRMTransportError
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan
from requests_credssp.exceptions import AuthenticationException, NTStatusException

from tests.endpoint.conftest import connect
from tests.endpoint.lab import PASSWORD, USER, ToyLab, ToyMachine
from tests.endpoint.test_pypsrp import run
from winsim.endpoint.contracts import BindingLevel, ServiceSettings
from winsim.endpoint.nthash import md4, nt_hash
from winsim.endpoint.spnego import der, read_der

# The clients leave a socket open when a log-on fails.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def who(connection: WSMan) -> list[object]:
    with connection, RunspacePool(connection) as pool:
        return list(run(pool, "identity").output)


@pytest.mark.parametrize("auth", ["negotiate", "ntlm"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_negotiate_with_spnego_and_raw_ntlm(lab: ToyLab, auth: str, tls: bool) -> None:
    assert who(connect(lab, tls=tls, auth=auth)) == [USER, False]


def test_message_encryption_inside_of_https(lab: ToyLab) -> None:
    assert who(connect(lab, tls=True, encryption="always")) == [USER, False]


def test_basic_over_https(lab: ToyLab) -> None:
    assert who(connect(lab, tls=True, auth="basic")) == [USER, False]


@pytest.mark.parametrize("name", ["administrator@contoso.com", "ADMINISTRATOR", "corp\\Administrator"])
def test_names_of_an_account(lab: ToyLab, name: str) -> None:
    assert who(connect(lab, username=name)) == [USER, False]


@pytest.mark.parametrize(
    ("user", "password"),
    [(USER, "wrong"), ("CORP\\nobody", PASSWORD), ("ELSEWHERE\\Administrator", PASSWORD), (USER, "")],
)
@pytest.mark.parametrize(("tls", "auth"), [(False, "negotiate"), (False, "ntlm"), (True, "basic"), (True, "negotiate")])
def test_wrong_credentials_are_refused(lab: ToyLab, tls: bool, auth: str, user: str, password: str) -> None:
    if not password and auth != "basic":
        password = "x"
    with pytest.raises(AuthenticationError):
        who(connect(lab, tls=tls, auth=auth, username=user, password=password))


def test_basic_over_http_is_refused_unless_allowed(lab: ToyLab) -> None:
    with pytest.raises(AuthenticationError):
        who(connect(lab, auth="basic", encryption="never"))
    with ToyLab(ToyMachine(ServiceSettings(basic=True, allow_unencrypted=True))) as open_lab:
        assert who(connect(open_lab, auth="basic", encryption="never")) == [USER, False]


def test_unencrypted_soap_is_refused_unless_allowed(lab: ToyLab) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        who(connect(lab, encryption="never"))
    assert caught.value.code == 500
    with ToyLab(ToyMachine(ServiceSettings(allow_unencrypted=True))) as open_lab:
        assert who(connect(open_lab, encryption="never")) == [USER, False]


def test_credssp_brings_a_second_hop() -> None:
    with ToyLab(ToyMachine(ServiceSettings(credssp=True))) as lab:
        assert who(connect(lab, auth="credssp")) == [USER, True]
        assert who(connect(lab, auth="credssp", tls=True)) == [USER, True]
        with connect(lab, auth="credssp") as connection, RunspacePool(connection) as pool:
            assert run(pool, "big 100000").output == ["x" * 100_000]
            text = "z" * 60_000
            assert run(pool, f"echo {text}").output == [text]
        with pytest.raises(NTStatusException) as caught:
            who(connect(lab, auth="credssp", password="wrong"))
        assert caught.value.args[0] == 0xC000006D


def test_credssp_is_off_by_default(lab: ToyLab) -> None:
    with pytest.raises(AuthenticationException):
        who(connect(lab, auth="credssp"))


@pytest.mark.parametrize(
    ("level", "sends", "accepted"),
    [("none", True, True), ("none", False, True), ("relaxed", True, True), ("relaxed", False, True),
     ("strict", True, True), ("strict", False, False)],
)  # fmt: skip
def test_channel_bindings(level: BindingLevel, sends: bool, accepted: bool) -> None:
    with ToyLab(ToyMachine(ServiceSettings(bindings=level))) as lab:
        connection = connect(lab, tls=True, negotiate_send_cbt=sends)
        if accepted:
            assert who(connection) == [USER, False]
        else:
            with pytest.raises(AuthenticationError):
                who(connection)


def test_wrong_channel_bindings_are_refused_when_relaxed(lab: ToyLab, monkeypatch: pytest.MonkeyPatch) -> None:
    from pypsrp.negotiate import HTTPNegotiateAuth

    monkeypatch.setattr(HTTPNegotiateAuth, "_get_cbt_data", staticmethod(lambda response: b"tls-server-end-point:no"))
    with pytest.raises(AuthenticationError):
        who(connect(lab, tls=True))


def client_certificate(folder: Path) -> tuple[str, str, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "administrator")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "c.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "c.pem"), str(folder / "k.pem"), certificate.public_bytes(serialization.Encoding.DER)


def test_a_client_certificate_logs_on_when_it_is_mapped(tmp_path: Path) -> None:
    certificate, key, encoded = client_certificate(tmp_path)
    settings = ServiceSettings(certificate=True)
    machine = ToyMachine(settings, certificates={hashlib.sha256(encoded).hexdigest(): "administrator"})
    options = {"auth": "certificate", "certificate_pem": certificate, "certificate_key_pem": key}
    with ToyLab(machine, trusted=(encoded,)) as lab:
        assert who(connect(lab, tls=True, **options)) == [USER, False]
        machine.certificates.clear()
        with pytest.raises(AuthenticationError):
            who(connect(lab, tls=True, **options))


def test_the_schemes_that_are_offered(lab: ToyLab) -> None:
    def offered(url: str) -> str:
        answer = requests.post(url, verify=False, timeout=5)
        assert answer.status_code == 401
        return answer.headers["WWW-Authenticate"]

    assert offered(f"http://127.0.0.1:{lab.http}/wsman") == "Negotiate"
    import urllib3

    with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
        assert offered(f"https://127.0.0.1:{lab.https}/wsman") == 'Negotiate, Basic realm="WSMAN"'


@pytest.mark.parametrize(
    ("text", "digest"),
    [(b"", "31d6cfe0d16ae931b73c59d7e0c089c0"), (b"message digest", "d9130a8164549fe818874806e1c7014b"),
     (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536")],
)  # fmt: skip
def test_md4_of_rfc_1320(text: bytes, digest: str) -> None:
    assert md4(text).hex() == digest


def test_the_nt_hash_of_a_password() -> None:
    assert nt_hash("Password").hex() == "a4f49c406510bdcab6824ee7c30fd852"


@settings(max_examples=50)
@given(st.integers(0, 255), st.binary(max_size=70_000))
def test_der_elements_read_back(tag: int, content: bytes) -> None:
    assert read_der(der(tag, content)) == (tag, content, len(der(tag, content)))
