"""The lab's key material in a folder: made once, found again by content, renewed when names change or time runs out."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

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

RENEW_BEFORE = timedelta(days=30)
PREFIX = "pki:"


class Wishes(Protocol):
    """The certificates that a lab wants."""

    @property
    def lab(self) -> str: ...
    @property
    def public(self) -> Wish: ...
    @property
    def hosts(self) -> Mapping[str, Wish]: ...


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
class Pki:
    """The lab's root, its public certificate and one certificate a host."""

    root: Certificate
    public: Certificate
    hosts: Mapping[str, Certificate]

    @classmethod
    def open(cls, folder: Path, wanted: Wishes) -> Pki:
        """The material in the folder; what is missing, stale or for other names is made."""
        with locked(folder):
            authority = open_root(folder, wanted.lab)
            public = open_leaf(folder, "public", wanted.public, authority)
            hosts = {name: open_leaf(folder, f"host-{name}", wish, authority) for name, wish in wanted.hosts.items()}
        return cls(Certificate(authority.certificate), public, hosts)

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
        known = {"public": self.public} | {f"host/{name}": found for name, found in self.hosts.items()}
        if owner not in known or part not in ("pfx", "password"):
            expected = "pki:root.cer, or pki:public and pki:host with .pfx or .password"
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


def write(file: Path, content: bytes) -> None:
    """The whole content or none of it, readable by its owner alone."""
    temporary = file.with_name(f".{file.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


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
