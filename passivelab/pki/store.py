"""The lab's key material in a folder: made once, found again by content, renewed when names change or time runs out."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from passivelab.errors import SecretError
from passivelab.pki.authority import Authority, Wish, issue, make_pfx, make_root, new_key
from passivelab.pki.files import write
from passivelab.pki.issued import Answer, Chain, Export, Requested, open_pfx, sort_chain

RENEW_BEFORE = timedelta(days=30)
PREFIX = "pki:"


Source = Literal["lab-ca", "ad-cs", "pfx", "csr"]


@dataclass(frozen=True)
class Supplied:
    """A PFX of the user's own."""

    pfx: bytes = field(repr=False)
    password: str = field(repr=False)


class Wishes(Protocol):
    """The certificates that a lab wants."""

    @property
    def lab(self) -> str: ...
    @property
    def public(self) -> Wish: ...
    @property
    def hosts(self) -> Mapping[str, Wish]: ...
    @property
    def remoting(self) -> Mapping[str, Wish]: ...


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key as a PFX; the key itself is never handed out."""

    certificate: x509.Certificate
    pfx: bytes = field(default=b"", repr=False)
    password: str = field(default="", repr=False)

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.certificate)

    @property
    def subject(self) -> str:
        return self.certificate.subject.rfc4514_string()

    @property
    def names(self) -> tuple[str, ...]:
        return dns_names(self.certificate)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Issuance:
    """What scripts see of a public certificate that others issue."""

    intermediates: tuple[Certificate, ...] = ()
    roots: tuple[Certificate, ...] = ()
    answered: bool = False
    request_token: str = ""
    export_token: str = ""
    request_file: str = ""


@dataclass(frozen=True)
class Pki:
    """The lab's root, its public certificate, one certificate a host, and one more where WinRM uses HTTPS."""

    root: Certificate
    public: Certificate
    hosts: Mapping[str, Certificate]
    remoting: Mapping[str, Certificate] = field(default_factory=dict)
    source: Source = "lab-ca"  # who issues the public certificate
    chain: Chain = field(default_factory=Chain)
    export: Export | None = None  # where the key of the public certificate was made on a host
    requested: Requested | None = None
    answer: Answer | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        wanted: Wishes,
        source: Source = "lab-ca",
        own: Supplied | None = None,
        answered: bool = True,
    ) -> Pki:
        """The material in the folder; what is missing, stale or for other names is made.

        A public certificate that others issue is known by its names at least: ``public`` is then what is wished for.
        Without ``answered`` nobody looks at what others have answered.
        """
        with locked(folder):
            authority = open_root(folder, wanted.lab)
            public = open_leaf(folder, "public", wanted.public, authority)
            hosts, remoting = (
                {name: open_leaf(folder, f"{kind}-{name}", wish, authority) for name, wish in wishes.items()}
                for kind, wishes in (("host", wanted.hosts), ("remoting", wanted.remoting))
            )
            made = cls(Certificate(authority.certificate), public, hosts, remoting, source)
            return made._supplied(own) if own is not None else made._issued(folder, wanted, answered)

    def _supplied(self, own: Supplied) -> Pki:
        opened = open_pfx(own.pfx, own.password)
        public = Certificate(opened.certificate, own.pfx, own.password)
        return replace(self, public=public, chain=sort_chain(opened.others))

    def _issued(self, folder: Path, wanted: Wishes, answered: bool) -> Pki:
        if self.source not in ("ad-cs", "csr"):
            return self
        export = Export(folder)
        export.prepare()
        if self.source == "ad-cs":
            return replace(self, export=export)
        requested = Requested(folder.parent / "certificates", wanted.public)
        requested.prepare()
        answer = requested.answer() if answered else None
        public = Certificate(answer.certificate) if answer else self.public
        chain = answer.chain if answer else Chain()
        return replace(self, export=export, requested=requested, answer=answer, public=public, chain=chain)

    def deliver(self, reference: str, content: bytes | None) -> None:
        """What a host gives: ``pki:public.pfx`` or ``pki:public.csr``; None when what there was is stale."""
        taker = {"pki:public.pfx": self.export, "pki:public.csr": self.requested}.get(reference)
        if taker is None:
            raise SecretError(name=reference, reason="the lab's certificates do not come from a host")
        taker.take(content)

    @property
    def issuance(self) -> Issuance:
        return Issuance(
            tuple(Certificate(one) for one in self.chain.intermediates),
            tuple(Certificate(one) for one in self.chain.roots),
            self.answer is not None,
            self.requested.token if self.requested else "",
            self.export.token if self.export else "",
            str(self.requested.file) if self.requested else "",
        )

    @property
    def passwords(self) -> tuple[str, ...]:
        own = (self.export.password,) if self.export else ()
        leaves = (self.public, *self.hosts.values(), *self.remoting.values())
        return (*(found.password for found in leaves), *own)

    @property
    def root_der(self) -> bytes:
        return self.root.der

    @property
    def root_base64(self) -> str:
        return base64.b64encode(self.root.der).decode()

    def secret(self, reference: str) -> bytes | str:
        """What ``pki:public.pfx``, ``pki:host/se01.password``, ``pki:root.cer`` .. stand for."""
        owner, _, part = reference.removeprefix(PREFIX).rpartition(".")
        if (owner, part) == ("root", "cer"):
            return self.root.der
        if owner == "public" and part == "cer":
            return self.public.der
        if owner == "public" and self.export is not None:
            return self.export.read() if part == "pfx" else self.export.password
        known = {"public": self.public}
        known |= {f"host/{name}": found for name, found in self.hosts.items()}
        known |= {f"remoting/{name}": found for name, found in self.remoting.items()}
        if owner not in known or part not in ("pfx", "password"):
            expected = "pki:root.cer, or pki:public, pki:host and pki:remoting with .pfx or .password"
            raise SecretError(name=reference, reason="there is no such key material", expected=expected)
        return known[owner].pfx if part == "pfx" else known[owner].password


def thumbprint(certificate: x509.Certificate) -> str:
    """SHA-1 in capitals, as Windows names certificates."""
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


def dns_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))


# -- the folder -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process makes keys; a second one waits and then finds them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_certificate(file: Path) -> x509.Certificate | None:
    """The certificate of the file, None where there is none or it is damaged."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def read_key(file: Path) -> rsa.RSAPrivateKey | None:
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except ValueError:
        return None
    return key if isinstance(key, rsa.RSAPrivateKey) else None


def open_root(folder: Path, lab: str) -> Authority:
    key_file, file = folder / "root.key", folder / "root.crt"
    certificate = read_certificate(file)
    if certificate is not None and key_file.exists() and is_fresh(certificate):
        key = read_key(key_file)
        if key is not None and key.public_key() == certificate.public_key():
            return Authority(key, certificate)
    authority = make_root(lab)
    file.unlink(missing_ok=True)
    write(key_file, authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write(file, authority.certificate.public_bytes(Encoding.PEM))
    return authority


def root_file(folder: Path, lab: str) -> Path:
    """The lab's root certificate in a file, for whoever checks certificates against it."""
    with locked(folder):
        open_root(folder, lab)
    return folder / "root.crt"


def open_leaf(folder: Path, name: str, wish: Wish, authority: Authority) -> Certificate:
    file, pfx_file, password_file = (folder / f"{name}{ending}" for ending in (".crt", ".pfx", ".password"))
    certificate = read_certificate(file)
    if certificate is not None and fits(certificate, wish, authority) and pfx_file.exists() and password_file.exists():
        return Certificate(certificate, pfx_file.read_bytes(), password_file.read_text())
    key, password = new_key(), secrets.token_urlsafe(24)
    certificate = issue(authority, wish, key)
    pfx = make_pfx(key, certificate, authority.certificate, password)
    # The certificate goes first and comes last: where it is, the files beside it are its own.
    file.unlink(missing_ok=True)
    write(pfx_file, pfx)
    write(password_file, password.encode())
    write(file, certificate.public_bytes(Encoding.PEM))
    return Certificate(certificate, pfx, password)


def is_fresh(certificate: x509.Certificate) -> bool:
    now = datetime.now(UTC)
    return certificate.not_valid_before_utc <= now and now + RENEW_BEFORE < certificate.not_valid_after_utc


def fits(certificate: x509.Certificate, wish: Wish, authority: Authority) -> bool:
    """Whether the certificate is the one that is wanted: names, time and signature."""
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError, TypeError):
        return False
    subject = certificate.subject.rfc4514_string()
    return is_fresh(certificate) and subject == f"CN={wish.subject}" and set(dns_names(certificate)) == set(wish.names)
