"""The lab's key material, by the source that the role certificates names."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from passivelab.commands.paths import shown, state
from passivelab.errors import InvalidError, Place, Problem, SecretError
from passivelab.lab import Lab
from passivelab.lab.certificates import PublicSource, public_source, public_sources, wanted_certificates
from passivelab.pki import Pki, Supplied
from passivelab.pki.issued import DamagedPfx, Requested, is_current, too_new
from passivelab.pki.store import Source


class CertificateErrors(InvalidError):
    """A PFX that is of no use, known before any host was asked."""

    subject: ClassVar[str] = "the lab's certificates"


def open_keys(lab: Lab) -> Pki:
    source = public_source(lab)
    for host, other in public_sources(lab).items():
        if other.kind != source.kind:
            reason = f"{host} has another source of the public certificate: {other.kind}, not {source.kind}"
            hint = "set source for the role, not for a host: there is one public certificate"
            raise CertificateErrors((Problem("certificate-source", reason, other.place or source.place, hint=hint),))
    wanted = wanted_certificates(lab)
    folder = state(lab.folder) / "pki"
    if source.kind != "pfx":
        keys = Pki.open(folder, wanted, cast(Source, source.kind))
        refusal = keys.requested.refusal() if keys.requested is not None else None
        if refusal is not None:
            problem = Problem(refusal.code, refusal.reason, Place(refusal.file), hint=refusal.hint)
            raise CertificateErrors((problem,))
        return keys
    own = supplied(lab, source)
    new = too_new(own.pfx)
    if new is not None:
        reason = f"{source.pfx_file}: Windows Server 2012 R2 does not open it: {new}"
        hint = (
            f"openssl pkcs12 -in {source.pfx_file} -nodes | openssl pkcs12 -export -out new.pfx "
            "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1"
        )
        raise CertificateErrors((Problem("pfx-encryption", reason, source.place, "PBE-SHA1-3DES", hint=hint),))
    try:
        keys = Pki.open(folder, wanted, "pfx", own)
    except DamagedPfx as error:
        hint = f"`openssl pkcs12 -info -in {source.pfx_file}` with the password of {source.pfx_password!r} tells more"
        raise CertificateErrors((Problem("pfx", f"{source.pfx_file}: {error}", source.place, hint=hint),)) from error
    if not is_current(keys.public.certificate):
        reason = f"{source.pfx_file}: its certificate is not valid now"
        raise CertificateErrors((Problem("pfx-expired", reason, source.place, hint="have it renewed"),))
    return keys


def keys_to_take_back(lab: Lab) -> Pki:
    """For a teardown, which needs no public certificate: one that would not do must not keep the lab standing."""
    try:
        return open_keys(lab)
    except (CertificateErrors, SecretError):
        folder, kind = state(lab.folder) / "pki", cast(Source, public_source(lab).kind)
        return Pki.open(folder, wanted_certificates(lab), kind, answered=False)


def waiting_request(lab: Lab) -> Path | None:
    """A request that waits for its answer."""
    if public_source(lab).kind != "csr":
        return None
    requested = Requested(state(lab.folder) / "certificates", wanted_certificates(lab).public)
    return requested.file if requested.request() is not None and requested.answer() is None else None


def about_request(file: Path) -> str:
    return (
        f"The public certificate is not there yet: have {shown(file)} signed, save the answer beside it as "
        "public.cer, intermediates and root as chain.pem, and build again."
    )


def supplied(lab: Lab, source: PublicSource) -> Supplied:
    """The user's PFX and its password."""
    if not source.pfx_file or not source.pfx_password:
        message, hint = "the source pfx needs a file and its password", "set pfx_file and pfx_password of certificates"
        raise CertificateErrors((Problem("pfx", message, source.place, hint=hint),))
    file = lab.folder / source.pfx_file
    try:
        content = file.read_bytes()
    except OSError as error:
        problem = Problem("pfx", f"{file} cannot be read: {error.strerror}", source.place)
        raise CertificateErrors((problem,)) from error
    if source.pfx_password not in lab.secrets:
        hint = f"add it to {lab.folder / 'secrets.yml'}"
        raise SecretError(name=source.pfx_password, reason="secrets.yml has no such entry", hint=hint)
    return Supplied(content, lab.secrets.text(source.pfx_password))
