"""What an instance is sent: secrets, key material made on the controller, installers, files of the lab."""

from __future__ import annotations

from passivelab.blueprint.expand import Draft
from passivelab.blueprint.model import Secret
from passivelab.blueprint.paths import Missing, fill, holds
from passivelab.errors import Problem
from passivelab.lab.binding import did_you_mean
from passivelab.lab.model import Lab

PKI = "pki:"
MEDIA = "media:"  # an installer of media.yml, by its name there
FILE = "lab:"  # a file in the lab's folder
# What each piece of key material is; ``pki:host.`` and ``pki:remoting.`` become the host's own in an instance.
MATERIAL = {
    "pki:public.pfx": "bytes",
    "pki:public.password": "secure_string",
    "pki:host.pfx": "bytes",
    "pki:host.password": "secure_string",
    "pki:remoting.pfx": "bytes",
    "pki:remoting.password": "secure_string",
    "pki:root.cer": "bytes",
    "pki:public.cer": "bytes",
}
DELIVERED = ("pki:public.pfx", "pki:public.csr")


def delivery_of(draft: Draft, problems: list[Problem]) -> str | None:
    """What the instance hands to the controller."""
    reference = draft.step.delivers
    if reference is not None and reference not in DELIVERED:
        message = f"the controller takes no {reference!r}"
        problems.append(draft.problem("delivers", message, "delivers", expected="one of " + ", ".join(DELIVERED)))
    return reference


def secrets_of(draft: Draft, lab: Lab, problems: list[Problem]) -> tuple[Secret, ...]:
    """References only; what is wrong with one is added to ``problems``."""
    found = []
    for name, use in draft.step.secrets.items():
        try:
            if use.when is not None and not holds(use.when, draft.scope):
                continue
            reference = fill(use.from_, draft.scope)
        except Missing as missing:
            problems.append(draft.problem("path", missing.reason, "secrets", name, hint=missing.hint))
            continue
        problem = check_reference(draft, lab, name, reference, use.kind)
        if problem is not None:
            problems.append(problem)
        if reference.startswith(PKI):
            for owner in ("host", "remoting"):
                reference = reference.replace(f"{PKI}{owner}.", f"{PKI}{owner}/{draft.key.host}.")
        found.append(Secret(name, use.kind, reference))
    return tuple(found)


def check_reference(draft: Draft, lab: Lab, name: str, reference: str, kind: str) -> Problem | None:
    """What is wrong with a reference: there is no such secret, or it is of another kind."""
    if reference.startswith(PKI):
        if MATERIAL.get(reference) == kind:
            return None
        material = MATERIAL.get(reference)
        message = f"{reference} is {material}, not {kind}" if material else f"there is no key material {reference!r}"
        expected = None if material else "one of " + ", ".join(MATERIAL)
        return draft.problem("secret", message, "secrets", name, expected=expected)
    if reference.startswith((MEDIA, FILE)):
        return check_file(draft, lab, name, reference, kind)
    if reference not in lab.secrets:
        known = lab.secrets.names()
        message = f"secrets.yml has no entry {reference!r}"
        expected = "one of " + ", ".join(known) if known else None
        hint = did_you_mean(reference, known) or f"add it to {lab.folder / 'secrets.yml'}"
        return draft.problem("unknown-secret", message, "secrets", name, expected=expected, hint=hint)
    if kind == "credential" and not lab.secrets.is_credential(reference):
        message = f"the step needs a credential, and {reference!r} has no user"
        hint = f"add user: to the entry in {lab.folder / 'secrets.yml'}"
        return draft.problem("secret", message, "secrets", name, hint=hint)
    return None


def check_file(draft: Draft, lab: Lab, name: str, reference: str, kind: str) -> Problem | None:
    """Whether media.yml knows the installer, or the lab's folder has the file."""
    if kind != "bytes":
        return draft.problem("secret", f"{reference} is bytes, not {kind}", "secrets", name)
    if reference.startswith(FILE):
        file = lab.folder / reference.removeprefix(FILE)
        if file.is_file():
            return None
        return draft.problem("file", f"there is no file {file}", "secrets", name, hint="the lab has to supply it")
    wanted = reference.removeprefix(MEDIA)
    known = tuple(lab.media.media) if lab.media else ()
    if wanted in known:
        return None
    hint = did_you_mean(wanted, known) or f"list it in {lab.folder / 'media.yml'}"
    return draft.problem("medium", f"media.yml has no installer {wanted!r}", "secrets", name, hint=hint)
