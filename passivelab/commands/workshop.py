"""What most commands begin with: a lab, its blueprint, and the secrets of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from passivelab.blueprint.compile import compile_blueprint
from passivelab.blueprint.model import Blueprint, Secret
from passivelab.commands.loading import load
from passivelab.commands.paths import ROLES, state
from passivelab.commands.terminal import Terminal
from passivelab.engine.script import SecretValue
from passivelab.lab import Lab
from passivelab.lab.certificates import wanted_certificates
from passivelab.pki import Pki
from passivelab.transport import Credential


@dataclass(frozen=True)
class Workshop:
    """A lab that is ready to be worked on; no host has been touched yet."""

    lab: Lab
    blueprint: Blueprint
    secret: Callable[[Secret], SecretValue]


def open_workshop(
    name: str, terminal: Terminal, sets: Sequence[str] = (), passive: Mapping[str, bool] | None = None
) -> Workshop:
    """Load, check and render everything; raises every error found before any host is asked."""
    lab = load(name, terminal, sets, passive)
    keys = Pki.open(state(lab.folder) / "pki", wanted_certificates(lab))
    terminal.hide(lambda: [found.password for found in (keys.public, *keys.hosts.values())])
    return Workshop(lab, compile_blueprint(lab, ROLES, keys), _secrets(lab, keys))


def _secrets(lab: Lab, keys: Pki) -> Callable[[Secret], SecretValue]:
    def secret(wanted: Secret) -> SecretValue:
        if wanted.reference.startswith("pki:"):
            return keys.secret(wanted.reference)
        if wanted.kind == "credential":
            credential = lab.secrets.credential(wanted.reference)
            return Credential(credential.user, credential.password)
        text = lab.secrets.text(wanted.reference)
        return text.encode() if wanted.kind == "bytes" else text

    return secret
