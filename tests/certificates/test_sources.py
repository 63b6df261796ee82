"""Each source of the public certificate, from nothing to the reverse proxy that uses it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)

from passivelab.commands.paths import ROOT
from passivelab.lab import load_lab
from passivelab.lab.certificates import public_wish
from passivelab.pki.authority import common_name, new_key
from passivelab.state.journal import read
from tests.certificates.authorities import PublicAuthority

HOSTS = "certificates: { hosts: [dc01, adfs01, adfs02, se01, se02, dir01, owa01, arr01] }"
PASSWORD = "Opens-The-Pfx-1"


def make_lab(folder: Path, source: str, more: str = "") -> Path:
    """The default lab with another source of certificates."""
    folder.mkdir()
    for name in ("lab.yml", "machines.yml", "secrets.yml"):
        shutil.copy(ROOT / "inventory" / "simulated" / name, folder / name)
    text = (folder / "lab.yml").read_text()
    assert HOSTS in text
    wanted = HOSTS.replace("] }", f"], variables: {{ source: {source}{more} }} }}")
    authority = "certificate_authority: { hosts: [dc01] }\n  " if source == "ad-cs" else ""
    (folder / "lab.yml").write_text(text.replace(HOSTS, authority + wanted))
    return folder


def build(lab: Path, *more: str) -> tuple[int, list[dict[str, Any]]]:
    """Only certificates and one that uses them: the reverse proxy, in the DMZ and in no domain."""
    line = [sys.executable, "-m", "invoke", "build-lab", "--lab", str(lab), "--json", *more]
    line += ["--limit", "dc01,adfs01,owa01,arr01"]
    for role in ("certificate_authority", "certificates", "reverse_proxy"):
        line += ["--role", role] if f"  {role}:" in (lab / "lab.yml").read_text() else []
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]


def outcomes(events: list[dict[str, Any]]) -> dict[str, str]:
    return {str(event["key"]): str(event["outcome"]) for event in events if event["event"] == "step_finished"}


def current(lab: Path, host: str, step: str) -> dict[str, Any]:
    """What the step found when it was last changed."""
    records = read(lab / ".passivelab" / "journal.jsonl")
    done = [one for one in records if one.get("kind") == "done" and (one.get("host"), one.get("step")) == (host, step)]
    found: dict[str, Any] = done[-1]["current"]
    return found


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


def wished(lab: Path) -> tuple[str, list[str]]:
    wish = public_wish(load_lab(lab))
    return wish.subject, list(wish.names)


def test_ad_cs_issues_and_the_machine_outside_the_domain_gets_the_pfx(tmp_path: Path) -> None:
    lab = make_lab(tmp_path / "adcs", "ad-cs")
    code, events = build(lab)
    assert code == 0
    assert events[-1]["proved"]
    issued = current(lab, "adfs01", "certificates/enrolled[public]")
    assert issued["Issuer"] == current(lab, "dc01", "certificate_authority/authority")["Subject"]
    assert current(lab, "arr01", "certificates/public")["Thumbprint"] == issued["Thumbprint"]
    assert issued["Thumbprint"] in json.dumps(current(lab, "arr01", "reverse_proxy/binding"))
    # The private key passed through the controller's memory and one file, never through the record of the run.
    exported = (lab / ".passivelab" / "pki" / "exported.pfx").read_bytes()
    assert b64encode(exported).decode()[:200] not in (lab / ".passivelab" / "journal.jsonl").read_text()
    # A second build changes nothing; without its file the controller only asks for it again.
    (lab / ".passivelab" / "pki" / "exported.pfx").unlink()
    code, events = build(lab)
    changed = [key for key, outcome in outcomes(events).items() if outcome == "changed"]
    assert (code, changed) == (0, ["adfs01 certificates/export"])


def test_a_request_waits_for_its_answer_and_a_later_run_takes_it_up(tmp_path: Path) -> None:
    lab = make_lab(tmp_path / "csr", "csr")
    code, events = build(lab, "--no-prove")
    assert code != 0
    found = outcomes(events)
    assert found["adfs01 certificates/request"] == "changed"
    assert found["adfs01 certificates/answer"] == "failed"
    assert found["owa01 certificates/server"] == "changed"  # what does not wait for the answer goes on
    assert "public.csr signed" in json.dumps(events)
    folder = lab / ".passivelab" / "certificates"
    request = x509.load_pem_x509_csr((folder / "public.csr").read_bytes())
    subject, names = wished(lab)
    assert request.subject == common_name(subject)

    authority = PublicAuthority.make()
    stranger = authority.sign(request.subject, names, new_key().public_key())
    (folder / "public.crt").write_bytes(stranger.public_bytes(Encoding.PEM))  # the answer to another request
    answer = authority.sign(request.subject, names, request.public_key())  # type: ignore[arg-type]
    (folder / "public.cer").write_bytes(answer.public_bytes(Encoding.DER))
    chain = [authority.intermediate, authority.root]
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    (folder / "public.crt").unlink()
    code, events = build(lab)
    assert code == 0
    assert events[-1]["proved"]
    assert current(lab, "arr01", "certificates/public")["Thumbprint"] == thumbprint(answer)
    stores = {key for key, outcome in outcomes(events).items() if key.startswith("arr01 certificates/chain")}
    assert stores == {f"arr01 certificates/chain[{thumbprint(one)}]" for one in chain}
    assert thumbprint(answer) in json.dumps(current(lab, "arr01", "reverse_proxy/binding"))


def make_pfx(lab: Path, names: list[str] | None = None, *, new: bool = False) -> x509.Certificate:
    authority, key, (subject, wanted) = PublicAuthority.make(), new_key(), wished(lab)
    certificate = authority.sign(common_name(subject), names or wanted, key.public_key())
    encryption = (
        BestAvailableEncryption(PASSWORD.encode())
        if new
        else PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(PASSWORD.encode())
    )
    chain = [authority.intermediate, authority.root]
    content = pkcs12.serialize_key_and_certificates(b"own", key, certificate, chain, encryption)
    (lab / "own.pfx").write_bytes(content)
    (lab / "own.txt").write_text(PASSWORD)
    with (lab / "secrets.yml").open("a") as file:
        file.write("\nown_pfx: { file: own.txt }\n")
    return certificate


def pfx_lab(folder: Path) -> Path:
    return make_lab(folder, "pfx", ", pfx_file: own.pfx, pfx_password: own_pfx")


def test_a_pfx_of_the_users_own_is_used_with_its_chain(tmp_path: Path) -> None:
    lab = pfx_lab(tmp_path / "pfx")
    certificate = make_pfx(lab)
    code, events = build(lab)
    assert code == 0
    assert events[-1]["proved"]
    assert current(lab, "arr01", "certificates/public")["Thumbprint"] == thumbprint(certificate)
    titles = json.dumps(events)
    assert "CN=Public Issuing CA in LocalMachine\\\\CA" in titles
    assert "CN=Public Root in LocalMachine\\\\Root" in titles
    assert thumbprint(certificate) in json.dumps(current(lab, "arr01", "reverse_proxy/binding"))
    assert PASSWORD not in (lab / ".passivelab" / "journal.jsonl").read_text()


@pytest.mark.parametrize(
    ("fault", "said"), [("new", "PBE-SHA1-3DES"), ("names", "certificate-name"), ("closed", "open")]
)
def test_a_pfx_that_would_not_do_is_refused_before_any_change(tmp_path: Path, fault: str, said: str) -> None:
    lab = pfx_lab(tmp_path / "pfx")
    make_pfx(lab, ["lyncweb01.contoso.com"] if fault == "names" else None, new=fault == "new")
    if fault == "closed":
        (lab / "own.txt").write_text("not it")
    line = [sys.executable, "-m", "invoke", "build-lab", "--lab", str(lab)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert not (lab / ".passivelab" / "journal.jsonl").exists()
