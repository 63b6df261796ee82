"""Certificates that others issue: a PFX of the user's own, a request and its answer, a PFX that a host exported.

The key of a request is made on a host and stays there, except for the PFX that goes to the other hosts. A token tells
whether a host and the controller mean the same request or export: the host keeps it beside what it gave. Where the
file of the controller is gone or does not fit, the token is a new one, and the host gives a new file.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7, pkcs12

from passivelab.errors import SecretError
from passivelab.pki.authority import Wish
from passivelab.pki.files import write

ANSWERS = ("public.cer", "public.crt", "public.pem", "public.p7b")
# Where the roots and the intermediates of a public CA come from, beside what an answer brings.
CHAIN = "chain.pem"


class DamagedPfx(Exception):
    """A PFX that does not open, or holds no key with its certificate."""


@dataclass(frozen=True)
class OpenedPfx:
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Chain:
    """What lies above a certificate. Roots are self-signed: nothing else may stand in a machine's Root store."""

    intermediates: tuple[x509.Certificate, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True)
class Answer:
    certificate: x509.Certificate
    chain: Chain


def open_pfx(content: bytes, password: str) -> OpenedPfx:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode())
    except ValueError as error:
        raise DamagedPfx("it does not open with its password") from error
    if certificate is None or key is None:
        raise DamagedPfx("it holds no certificate with a private key")
    return OpenedPfx(certificate, tuple(others))


def sort_chain(certificates: Iterable[x509.Certificate]) -> Chain:
    found = tuple(certificates)
    return Chain(
        tuple(one for one in found if one.issuer != one.subject),
        tuple(one for one in found if one.issuer == one.subject),
    )


def is_current(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_before_utc <= datetime.now(UTC) < certificate.not_valid_after_utc


def public_bytes(owner: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return owner.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def read_certificates(content: bytes) -> list[x509.Certificate]:
    """Every certificate of a file in one of the forms in which authorities answer."""
    if b"BEGIN PKCS7" in content:
        return list(pkcs7.load_pem_pkcs7_certificates(content))
    if b"-----BEGIN" in content:
        return list(x509.load_pem_x509_certificates(content))
    try:
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        return list(pkcs7.load_der_pkcs7_certificates(content))


@dataclass(frozen=True)
class Export:
    """The PFX that a host exported, under a password of the controller's."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "exported.pfx"

    @property
    def password(self) -> str:
        return (self.folder / "exported.password").read_text()

    @property
    def token(self) -> str:
        return (self.folder / "exported.token").read_text()

    def prepare(self) -> None:
        """A new token and password, unless the PFX is there and opens."""
        try:
            open_pfx(self.file.read_bytes(), self.password)
            fits = bool(self.token)
        except (OSError, DamagedPfx):
            fits = False
        if not fits:
            self.file.unlink(missing_ok=True)
            write(self.folder / "exported.password", secrets.token_urlsafe(24).encode())
            write(self.folder / "exported.token", secrets.token_hex(8).encode())

    def read(self) -> bytes:
        try:
            return self.file.read_bytes()
        except FileNotFoundError as error:
            reason = "no host has exported the public certificate yet"
            hint = "`invoke build-lab` without --limit lets the host that has it hand it over"
            raise SecretError(name="pki:public.pfx", reason=reason, hint=hint) from error

    def take(self, content: bytes | None) -> None:
        if content is None:
            self.file.unlink(missing_ok=True)
            return
        try:
            open_pfx(content, self.password)
        except DamagedPfx as error:
            raise SecretError(name="pki:public.pfx", reason=f"the exported PFX is of no use: {error}") from error
        write(self.file, content)


@dataclass(frozen=True)
class Requested:
    """The request that a host made, and what the certification authority answered."""

    folder: Path
    wish: Wish

    @property
    def file(self) -> Path:
        return self.folder / "public.csr"

    @property
    def token(self) -> str:
        return (self.folder / "public.token").read_text()

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.request() is None or not (self.folder / "public.token").exists():
            self.file.unlink(missing_ok=True)
            write(self.folder / "public.token", secrets.token_hex(8).encode())

    def request(self) -> x509.CertificateSigningRequest | None:
        """The request as the controller has it, when it asks for the names that are wanted."""
        try:
            request = x509.load_pem_x509_csr(self.file.read_bytes())
            names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (OSError, ValueError, x509.ExtensionNotFound):
            return None
        wanted = {name.lower() for name in self.wish.names}
        return request if {name.lower() for name in names.get_values_for_type(x509.DNSName)} == wanted else None

    def take(self, content: bytes | None) -> None:
        if content is None:
            self.file.unlink(missing_ok=True)
            return
        try:
            x509.load_pem_x509_csr(content)
        except ValueError as error:
            raise SecretError(name="pki:public.csr", reason="the host gave no certificate request") from error
        write(self.file, content)

    def found(self) -> Sequence[x509.Certificate]:
        """Everything that lies beside the request: the answer, and what a CA hands out with it."""
        certificates: list[x509.Certificate] = []
        for name in (*ANSWERS, CHAIN):
            file = self.folder / name
            if file.exists():
                try:
                    certificates += read_certificates(file.read_bytes())
                except ValueError as error:
                    expected = "PEM, DER or PKCS #7"
                    raise SecretError(name=str(file), reason="this is no certificate", expected=expected) from error
        return certificates

    def answer(self) -> Answer | None:
        """The certificate for the request's key; one for another key answers another request."""
        request = self.request()
        if request is None:
            return None
        found = self.found()
        mine = [one for one in found if public_bytes(one) == public_bytes(request)]
        if not mine:
            return None
        newest = max(mine, key=lambda one: one.not_valid_after_utc)
        return Answer(newest, sort_chain(one for one in found if one not in mine))


# Object identifiers in DER: what OpenSSL 3 and newer Windows write, and 2012 R2 does not open.
PBES2 = bytes.fromhex("06092a864886f70d01050d")
SHA1_ALGORITHM = bytes.fromhex("06052b0e03021a")
MAC_LENGTH = 100  # MacData is the last thing in a PFX


def too_new(pfx: bytes) -> str | None:
    """What Windows Server 2012 R2 does not understand in a PFX."""
    if PBES2 in pfx:
        return "it is encrypted with PBES2 (AES)"
    if SHA1_ALGORITHM not in pfx[-MAC_LENGTH:]:
        return "its MAC is not SHA-1"
    return None
