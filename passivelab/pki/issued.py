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


@dataclass(frozen=True)
class Refusal:
    """Why what lies beside a request is no answer to it."""

    code: str
    reason: str
    file: Path
    hint: str


def open_pfx(content: bytes, password: str) -> OpenedPfx:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode())
    except ValueError as error:
        raise DamagedPfx("it does not open with its password") from error
    if certificate is None or key is None:
        raise DamagedPfx("it holds no certificate with a private key")
    return OpenedPfx(certificate, tuple(others))


def sort_chain(certificates: Iterable[x509.Certificate]) -> Chain:
    found = tuple(one for one in certificates if is_authority(one))
    return Chain(
        tuple(one for one in found if one.issuer != one.subject),
        tuple(one for one in found if one.issuer == one.subject),
    )


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may stand above others; old roots do not say so."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return certificate.issuer == certificate.subject


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

    def found(self) -> Sequence[tuple[Path, x509.Certificate]]:
        """Everything that lies beside the request: the answer, and what a CA hands out with it."""
        certificates: list[tuple[Path, x509.Certificate]] = []
        for name in (*ANSWERS, CHAIN):
            file = self.folder / name
            if file.exists():
                try:
                    certificates += [(file, one) for one in read_certificates(file.read_bytes())]
                except ValueError as error:
                    expected = "PEM, DER or PKCS #7"
                    raise SecretError(name=str(file), reason="this is no certificate", expected=expected) from error
        return certificates

    def own(self) -> tuple[Path, x509.Certificate] | None:
        """The certificate for the request's key, the newest one, and the file that has it."""
        request = self.request()
        if request is None:
            return None
        mine = [(file, one) for file, one in self.found() if public_bytes(one) == public_bytes(request)]
        return max(mine, key=lambda pair: pair[1].not_valid_after_utc, default=None)

    def answer(self) -> Answer | None:
        """The certificate for the request's key, with what stands above it."""
        own = self.own()
        return Answer(own[1], sort_chain(one for _, one in self.found() if one != own[1])) if own else None

    def refusal(self) -> Refusal | None:
        """Why there is an answer that is of no use: for another key, for another time, or without a wanted name."""
        if self.request() is None:
            return None
        own = self.own()
        if own is None:
            strangers = [file for file, one in self.found() if file.name != CHAIN and not is_authority(one)]
            if not strangers:
                return None
            reason = f"{strangers[0].name} answers another request: its key is not that of {self.file.name}"
            return Refusal("answer-key", reason, strangers[0], f"have {self.file.name} as it is now signed")
        file, certificate = own
        if not is_current(certificate):
            valid = f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"
            reason = f"the certificate in {file.name} is not valid now: its time is {valid}"
            hint = f"have {self.file.name} signed again; without that file, the next build makes a new request"
            return Refusal("answer-expired", reason, file, hint)
        missing = uncovered(certificate, self.wish.names)
        if missing:
            reason = f"the certificate in {file.name} is not for {', '.join(missing)}"
            return Refusal("answer-names", reason, file, f"the authority has to keep every name of {self.file.name}")
        return None


def uncovered(certificate: x509.Certificate, names: Iterable[str]) -> list[str]:
    """The names that the certificate does not have among its alternative ones; a star stands for one label."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return list(names)
    known = {name.lower() for name in found.get_values_for_type(x509.DNSName)}
    return [name for name in names if not {name.lower(), f"*.{name.lower().partition('.')[2]}"} & known]


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
