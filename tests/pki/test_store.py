"""Key material is made once, found again, renewed when it has to be, and can be opened by Windows Server 2012 R2."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from passivelab.errors import SecretError
from passivelab.pki import Pki, store


@dataclass(frozen=True)
class Wish:
    subject: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Wishes:
    lab: str = "small"
    public: Wish = Wish("web.contoso.com", ("web.contoso.com", "sts.contoso.com"))
    hosts: Mapping[str, Wish] = field(default_factory=lambda: {"se01": Wish("se01.corp", ("se01.corp",))})
    remoting: Mapping[str, Wish] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pki]:
    folder = tmp_path_factory.mktemp("pki")
    return folder, Pki.open(folder, Wishes())


def test_the_chain_holds_and_the_names_are_there(made: tuple[Path, Pki]) -> None:
    _, pki = made
    assert pki.public.subject == "CN=web.contoso.com"
    assert pki.public.names == ("web.contoso.com", "sts.contoso.com")
    pki.public.certificate.verify_directly_issued_by(pki.root.certificate)
    assert pki.root.certificate.issuer == pki.root.certificate.subject
    assert len(pki.public.thumbprint) == 40


def test_the_pfx_is_one_that_2012_r2_opens(made: tuple[Path, Pki]) -> None:
    _, pki = made
    opened = pkcs12.load_pkcs12(pki.public.pfx, pki.public.password.encode())
    assert opened.cert is not None
    assert opened.cert.certificate == pki.public.certificate
    # pbeWithSHAAnd3-KeyTripleDES-CBC and SHA-1 for the MAC; no PBES2, no AES, no SHA-256 in the file's own structure.
    assert bytes.fromhex("060a2a864886f70d010c0103") in pki.public.pfx
    assert bytes.fromhex("06052b0e03021a") in pki.public.pfx
    assert bytes.fromhex("06092a864886f70d01050d") not in pki.public.pfx


def test_it_is_found_again(made: tuple[Path, Pki]) -> None:
    folder, pki = made
    again = Pki.open(folder, Wishes())
    assert again.public.pfx == pki.public.pfx
    assert again.root.thumbprint == pki.root.thumbprint


def test_nobody_else_can_read_it(made: tuple[Path, Pki]) -> None:
    folder, _ = made
    for file in folder.glob("*.*"):
        if file.name != ".lock":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_other_names_make_another_certificate_and_leave_the_rest(made: tuple[Path, Pki], tmp_path: Path) -> None:
    folder, pki = made
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    changed = Pki.open(tmp_path, Wishes(public=Wish("web.contoso.com", ("web.contoso.com", "meet.contoso.com"))))
    assert changed.public.thumbprint != pki.public.thumbprint
    assert changed.root.thumbprint == pki.root.thumbprint
    assert changed.hosts["se01"].thumbprint == pki.hosts["se01"].thumbprint


def test_what_runs_out_soon_is_renewed(made: tuple[Path, Pki], monkeypatch: pytest.MonkeyPatch) -> None:
    _, pki = made
    assert store.is_fresh(pki.public.certificate)
    monkeypatch.setattr(store, "RENEW_BEFORE", timedelta(days=826))
    assert not store.is_fresh(pki.public.certificate)
    assert pki.public.certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=800)


@pytest.mark.parametrize("ending", [".crt", ".pfx", ".password"])
def test_a_half_written_certificate_is_made_anew(made: tuple[Path, Pki], tmp_path: Path, ending: str) -> None:
    folder, pki = made
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / f"public{ending}").unlink()
    again = Pki.open(tmp_path, Wishes())
    assert again.public.thumbprint != pki.public.thumbprint
    pkcs12.load_pkcs12(again.public.pfx, again.public.password.encode())


def test_references(made: tuple[Path, Pki]) -> None:
    _, pki = made
    assert pki.secret("pki:host/se01.pfx") == pki.hosts["se01"].pfx
    assert isinstance(pki.secret("pki:public.password"), str)
    assert pki.secret("pki:root.cer") == pki.root_der == pki.root.certificate.public_bytes(Encoding.DER)
    for reference in ("pki:public.key", "pki:host/se09.pfx", "pki:other.pfx"):
        with pytest.raises(SecretError):
            pki.secret(reference)


def test_values_are_not_shown(made: tuple[Path, Pki]) -> None:
    _, pki = made
    assert pki.public.password not in repr(pki)
