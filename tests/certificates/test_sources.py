"""Each source of the public certificate, from nothing to the reverse proxy that uses it, and back."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)

from campaigns.passes import Coverage, Disturbance
from campaigns.worlds import differences
from passivelab.commands.paths import ROOT
from passivelab.errors import Exit, InvalidError, SecretError, Waiting
from passivelab.pki.authority import common_name, new_key
from tests.certificates.authorities import PublicAuthority
from tests.certificates.labs import SmallLab, make_lab, thumbprint, wished
from tests.commands.conftest import change
from winsim.web.tls import serve
from winsim.world.network import Translation, route

PASSWORD = "Opens-The-Pfx-1"
ROUNDS = 2  # of builds and teardowns with every script cut off at another statement
TOKEN = "/values/token/data"  # the controller's mark on what it was handed: another one in every lab
DISTURBED = {"csr": ("request", "accepted", "chain"), "pfx": ("public", "chain"), "additional": ("additional",)}


def test_ad_cs_issues_and_the_machine_outside_the_domain_gets_the_pfx(tmp_path: Path) -> None:
    lab = SmallLab(make_lab(tmp_path / "adcs", "ad-cs"))
    new = lab.kept()
    assert lab.build().proved
    issued = lab.current("adfs01", "certificates/enrolled[public]")
    assert issued["Issuer"] == lab.current("dc01", "certificate_authority/authority")["Subject"]
    assert lab.current("arr01", "certificates/public")["Thumbprint"] == issued["Thumbprint"]
    assert issued["Thumbprint"] in lab.bound
    # The private key passed through the controller's memory and one file, never through the record of the run.
    file = lab.folder / ".passivelab" / "pki" / "exported.pfx"
    assert b64encode(file.read_bytes()).decode()[:200] not in lab.journal.read_text()
    # A second build changes nothing; without its file the controller only asks for it again.
    file.unlink()
    assert lab.build().changed == {"adfs01 certificates/export"}
    # The root that group policy brings to members goes, too.
    root = lab.current("dc01", "certificate_authority/authority")["Thumbprint"]
    lab.world.clock.skip(2 * 60 * 60)
    lab.world.run_due()
    assert root in lab.store("se01", "Root")  # nobody's step brought it there
    assert lab.teardown().proved
    lab.world.clock.skip(2 * 60 * 60)
    lab.world.run_due()
    assert not any(root in lab.store(host, "Root") for host in lab.world.hosts)
    assert lab.differs_from(new) == ""


def answered(lab: SmallLab) -> tuple[x509.CertificateSigningRequest, Path]:
    """The request that the host has handed over, and the folder for its answer."""
    folder = lab.folder / ".passivelab" / "certificates"
    return x509.load_pem_x509_csr((folder / "public.csr").read_bytes()), folder


def answer_request(lab: SmallLab) -> tuple[PublicAuthority, x509.Certificate]:
    """A public authority signs what the lab waits for; its answer and its chain come into the folder."""
    request, folder = answered(lab)
    authority, (_, names) = PublicAuthority.make(), wished(lab.folder)
    answer = authority.sign(request.subject, names, request.public_key())  # type: ignore[arg-type]
    (folder / "public.cer").write_bytes(answer.public_bytes(Encoding.DER))
    chain = [authority.intermediate, authority.root]
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    return authority, answer


def test_a_request_waits_for_its_answer_and_a_later_run_takes_it_up(tmp_path: Path) -> None:
    lab = SmallLab(make_lab(tmp_path / "csr", "csr"))
    new = lab.kept()
    first = lab.build()
    assert first.outcomes["adfs01 certificates/request"] == "changed"
    assert first.outcomes["adfs01 certificates/answer"] == "waiting"
    assert first.outcomes["arr01 reverse_proxy/binding"] == "skipped"
    assert first.outcomes["owa01 certificates/server"] == "changed"  # what does not wait for the answer goes on
    (error,) = first.errors.values()
    assert isinstance(error, Waiting) and error.exit_code == Exit.STEP_FAILED
    assert "public.csr signed" in str(error)
    assert lab.again().changed == set()  # it goes on waiting
    request, _ = answered(lab)
    assert request.subject == common_name(wished(lab.folder)[0])
    authority, answer = answer_request(lab)
    assert lab.build().proved
    for host in ("adfs01", "arr01"):
        assert thumbprint(answer) in lab.store(host, "My")
        assert thumbprint(authority.intermediate) in lab.store(host, "CA")
        assert thumbprint(authority.intermediate) not in lab.store(host, "Root")
        assert thumbprint(authority.root) in lab.store(host, "Root")
    assert thumbprint(answer) in lab.bound
    assert lab.again().changed == set()
    assert lab.teardown().proved
    assert lab.differs_from(new) == ""


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> SmallLab:
    lab = SmallLab(make_lab(tmp_path_factory.mktemp("waiting") / "csr", "csr"))
    lab.build()
    return lab


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("key", "answers another request"),
        ("expired", "is not valid now"),
        ("names", "is not for sts.contoso.com"),
        ("damaged", "this is no certificate"),
    ],
)
def test_an_answer_that_would_not_do_is_refused(waiting: SmallLab, fault: str, said: str) -> None:
    request, folder = answered(waiting)
    _, names = wished(waiting.folder)
    before = waiting.journal.read_bytes()
    key = new_key().public_key() if fault == "key" else request.public_key()
    wanted = [name for name in names if fault != "names" or not name.startswith("sts.")]
    until = datetime.now(UTC) - timedelta(hours=1) if fault == "expired" else None
    answer = PublicAuthority.make().sign(request.subject, wanted, key, until)  # type: ignore[arg-type]
    content = b"Dear customer, " if fault == "damaged" else answer.public_bytes(Encoding.PEM)
    try:
        (folder / "public.crt").write_bytes(content)
        with pytest.raises((InvalidError, SecretError), match=said) as refused:
            waiting.build()
        assert refused.value.exit_code == Exit.INVALID
    finally:
        (folder / "public.crt").unlink()
    assert waiting.journal.read_bytes() == before


def test_the_command_says_what_it_waits_for(tmp_path: Path) -> None:
    lab = make_lab(tmp_path / "csr", "csr")
    line = [sys.executable, "-m", "invoke", "build-lab", "--lab", str(lab), "--limit", "adfs01", "--role"]
    done = subprocess.run([*line, "certificates"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == Exit.STEP_FAILED
    assert "0 failed, 1 waiting" in done.stdout
    assert "public.csr signed" in done.stdout + done.stderr


def pfx_of(key: RSAPrivateKey, certificate: x509.Certificate, chain: list[x509.Certificate]) -> bytes:
    """In the only form that Windows Server 2012 R2 opens."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(PASSWORD.encode())
    )
    return pkcs12.serialize_key_and_certificates(b"own", key, certificate, chain, encryption)


def make_pfx(lab: Path, names: list[str] | None = None, *, new: bool = False, until: datetime | None = None) -> str:
    """The user's own PFX with its chain; gives its thumbprint."""
    authority, key, (subject, wanted) = PublicAuthority.make(), new_key(), wished(lab)
    certificate = authority.sign(common_name(subject), names or wanted, key.public_key(), until)
    chain = [authority.intermediate, authority.root]
    content = pfx_of(key, certificate, chain)
    if new:
        encryption = BestAvailableEncryption(PASSWORD.encode())
        content = pkcs12.serialize_key_and_certificates(b"own", key, certificate, chain, encryption)
    (lab / "own.pfx").write_bytes(content)
    (lab / "own.txt").write_text(PASSWORD)
    with (lab / "secrets.yml").open("a") as file:
        file.write("\nown_pfx: { file: own.txt }\n")
    return thumbprint(certificate)


def pfx_lab(folder: Path) -> SmallLab:
    return SmallLab(make_lab(folder, "pfx", ", pfx_file: own.pfx, pfx_password: own_pfx"))


def test_a_pfx_of_the_users_own_is_used_with_its_chain(tmp_path: Path) -> None:
    lab = pfx_lab(tmp_path / "pfx")
    new = lab.kept()
    own = make_pfx(lab.folder)
    done = lab.build()
    assert done.proved
    assert own in lab.store("arr01", "My")
    assert {"CN=Public Issuing CA in LocalMachine\\CA", "CN=Public Root in LocalMachine\\Root"} <= done.titles
    assert own in lab.bound
    assert PASSWORD not in lab.journal.read_text()
    assert lab.again().changed == set()
    assert lab.teardown().proved
    assert lab.differs_from(new) == ""


@pytest.mark.parametrize(
    ("fault", "said"),
    [("new", "PBE-SHA1-3DES"), ("names", "certificate-name"), ("closed", "open"), ("expired", "pfx-expired")],
)
def test_a_pfx_that_would_not_do_is_refused_before_any_change(tmp_path: Path, fault: str, said: str) -> None:
    lab = pfx_lab(tmp_path / "pfx")
    until = datetime.now(UTC) - timedelta(hours=1) if fault == "expired" else None
    make_pfx(lab.folder, ["lyncweb01.contoso.com"] if fault == "names" else None, new=fault == "new", until=until)
    if fault == "closed":
        (lab.folder / "own.txt").write_text("not it")
    with pytest.raises(InvalidError) as refused:
        lab.build()
    problems = refused.value.problems()
    assert any(said in f"{one.code} {one.message} {one.expected} {one.hint}" for one in problems)
    assert not lab.journal.exists()


@pytest.mark.parametrize("fault", ["new", "closed", "expired", "gone"])
def test_a_pfx_that_would_not_do_any_more_does_not_keep_the_lab_standing(tmp_path: Path, fault: str) -> None:
    lab = pfx_lab(tmp_path / "pfx")
    new, named = lab.kept(), (lab.folder / "secrets.yml").read_text()
    make_pfx(lab.folder)
    assert lab.build().proved
    if fault == "closed":
        (lab.folder / "own.txt").write_text("not it")
    elif fault == "gone":
        (lab.folder / "own.pfx").unlink()
    else:
        (lab.folder / "secrets.yml").write_text(named)  # the entry of the PFX comes with it
        make_pfx(lab.folder, new=fault == "new", until=datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(InvalidError):
        lab.build()
    assert lab.teardown().proved
    assert lab.differs_from(new) == ""


@pytest.mark.parametrize("fault", ["expired", "damaged"])
def test_an_answer_that_would_not_do_any_more_does_not_keep_the_lab_standing(tmp_path: Path, fault: str) -> None:
    lab = SmallLab(make_lab(tmp_path / "csr", "csr"))
    new = lab.kept()
    lab.build()
    authority, answer = answer_request(lab)
    assert lab.build().proved
    request, folder = answered(lab)
    late = authority.sign(
        request.subject,
        wished(lab.folder)[1],
        request.public_key(),  # type: ignore[arg-type]
        datetime.now(UTC) - timedelta(hours=1),
    )
    damaged = b"Dear customer, " + answer.public_bytes(Encoding.PEM)[20:]
    (folder / "public.cer").write_bytes(late.public_bytes(Encoding.DER) if fault == "expired" else damaged)
    with pytest.raises((InvalidError, SecretError)):
        lab.build()
    assert lab.teardown().proved
    assert lab.differs_from(new) == ""


def lab_with_a_certificate_more(folder: Path) -> tuple[SmallLab, x509.Certificate]:
    """A reverse proxy on two addresses, on one of them with a certificate of the user's own."""
    lab = SmallLab(make_lab(folder, "lab-ca", ", additional: { sts_own: sts.pfx }"))
    change(lab.folder / "lab.yml", "reverse_proxy: { hosts: [arr01] }", LISTENERS)
    authority, key = PublicAuthority.make(), new_key()
    own = authority.sign(common_name("sts.contoso.com"), ["sts.contoso.com"], key.public_key())
    (lab.folder / "sts.pfx").write_bytes(pfx_of(key, own, []))
    (lab.folder / "own.txt").write_text(PASSWORD)
    with (lab.folder / "secrets.yml").open("a") as file:
        file.write("\nsts_own: { file: own.txt }\n")
    return lab, own


def outside(lab: SmallLab, name: str) -> str:
    """The thumbprint of the certificate that a machine on the internet is shown for a name."""
    reached = route(lab.world, None, lab.world.resolve(None, name)[0], 443)
    assert reached is not None
    shown = serve(reached.host, reached.address, 443, name).certificate
    return thumbprint(x509.load_der_x509_certificate(shown))


def test_several_certificates_on_several_addresses(tmp_path: Path) -> None:
    lab, own = lab_with_a_certificate_more(tmp_path / "several")
    network = lab.world.network
    network.translations.append(Translation("203.0.113.11", "arr01", [443], address="10.0.0.11"))
    network.public_names["sts.contoso.com"] = "203.0.113.11"
    new = lab.kept()
    assert route(lab.world, None, "203.0.113.11", 443) is None  # nobody has the address inside yet
    assert lab.build().proved
    proxy = lab.world.host("arr01")
    served = {address: serve(proxy, address, 443, None).certificate for address in ("10.0.0.10", "10.0.0.11")}
    assert thumbprint(x509.load_der_x509_certificate(served["10.0.0.11"])) == thumbprint(own)
    shared = lab.current("arr01", "certificates/public")["Thumbprint"]
    assert thumbprint(x509.load_der_x509_certificate(served["10.0.0.10"])) == shared
    assert outside(lab, "sts.contoso.com") == thumbprint(own)
    assert outside(lab, "lyncweb01.contoso.com") == shared
    assert lab.again().changed == set()
    assert lab.teardown().proved
    assert lab.differs_from(new) == ""


@pytest.mark.parametrize("source", ["csr", "pfx", "additional"])
def test_steps_that_are_cut_off_once_end_with_the_same_certificates_and_without_a_trace(
    tmp_path: Path, source: str
) -> None:
    def lab_of(name: str) -> SmallLab:
        if source == "additional":
            return lab_with_a_certificate_more(tmp_path / name)[0]
        if source == "csr":
            return SmallLab(make_lab(tmp_path / name, "csr"))
        lab = pfx_lab(tmp_path / name)
        make_pfx(lab.folder)
        return lab

    def build(lab: SmallLab) -> None:
        if source == "csr":
            assert "waiting" in lab.build().outcomes.values()
            answer_request(lab)
        assert lab.build().proved

    undisturbed = lab_of("undisturbed")
    new = undisturbed.kept()
    build(undisturbed)
    coverage = Coverage()
    for seed in range(ROUNDS):
        lab = lab_of(f"cut {seed}")
        lab.cutter = Disturbance(seed, coverage)
        build(lab)
        others = differences(undisturbed.world, lab.world)
        assert [one for one in others if TOKEN not in one] == []
        assert lab.teardown().proved
        assert lab.differs_from(new) == ""
    assert {f"certificates/{name} apply" for name in DISTURBED[source]} <= {name for name, _ in coverage.tried}


LISTENERS = """reverse_proxy:
    hosts: [arr01]
    variables: { listeners: { "10.0.0.10": public, "10.0.0.11": sts_own } }"""
