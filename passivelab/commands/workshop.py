"""What most commands begin with: a lab, its blueprint, and the secrets of its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from passivelab.blueprint import Compilation, compile_lab
from passivelab.blueprint.model import Blueprint, Secret, StepInstance
from passivelab.commands.keys import keys_to_take_back, open_keys
from passivelab.commands.loading import load
from passivelab.commands.media import installer, refuse_wrong
from passivelab.commands.paths import ROLES
from passivelab.commands.terminal import Terminal
from passivelab.engine.readings import Locate
from passivelab.engine.script import FileContent, SecretValue
from passivelab.errors import InvalidError, Place
from passivelab.lab import Lab
from passivelab.pki import Pki
from passivelab.preflight import Finding, check
from passivelab.transport import Credential


class PreflightErrors(InvalidError):
    """What would not work, known before any host was asked."""

    subject: ClassVar[str] = "the lab"


@dataclass(frozen=True)
class Workshop:
    """A lab that is ready to be worked on; no host has been touched yet."""

    lab: Lab
    blueprint: Blueprint
    secret: Callable[[Secret], SecretValue]
    locate: Locate
    keys: Pki


def open_workshop(
    name: str, terminal: Terminal, sets: Sequence[str] = (), passive: Mapping[str, bool] | None = None
) -> Workshop:
    """Load, check and render everything; raises every error found before any host is asked."""
    lab = load(name, terminal, sets, passive)
    keys = open_keys(lab)
    terminal.hide(lambda: keys.passwords)
    compilation = compile_lab(lab, ROLES, keys)
    refuse_unworkable(check(compilation, keys))
    refuse_wrong(lab)
    return Workshop(lab, compilation.blueprint, _secrets(lab, keys), _locator(compilation), keys)


def open_to_take_back(name: str, terminal: Terminal, sets: Sequence[str] = ()) -> Workshop:
    """The same for a teardown: what would keep a build from working does not keep a lab from being taken back."""
    lab = load(name, terminal, sets, None)
    keys = keys_to_take_back(lab)
    terminal.hide(lambda: keys.passwords)
    compilation = compile_lab(lab, ROLES, keys)
    return Workshop(lab, compilation.blueprint, _secrets(lab, keys), _locator(compilation), keys)


def refuse_unworkable(findings: Sequence[Finding]) -> None:
    """Stop before any change when a check knows that the lab would not work; `invoke check` shows warnings, too."""
    errors = tuple(finding.problem() for finding in findings if finding.severity == "error")
    if errors:
        raise PreflightErrors(errors)


def _locator(compilation: Compilation) -> Locate:
    """From a line of a rendered block to the line of its template."""

    def locate(item: StepInstance, block: str, line: int, column: int) -> Place:
        rendered = compilation.rendered.get(item.key, {}).get(block)
        if rendered is None or line < 1:
            return item.template
        lines = rendered.text.splitlines(keepends=True)
        return rendered.place(sum(map(len, lines[: line - 1])) + max(column - 1, 0))

    return locate


def _secrets(lab: Lab, keys: Pki) -> Callable[[Secret], SecretValue]:
    def secret(wanted: Secret) -> SecretValue:
        if wanted.reference.startswith("pki:"):
            return keys.secret(wanted.reference)
        if wanted.reference.startswith("media:"):
            return FileContent(installer(lab, wanted.reference.removeprefix("media:")))
        if wanted.reference.startswith("lab:"):
            return FileContent((lab.folder / wanted.reference.removeprefix("lab:")).read_bytes())
        if wanted.kind == "credential":
            credential = lab.secrets.credential(wanted.reference)
            return Credential(credential.user, credential.password)
        text = lab.secrets.text(wanted.reference)
        return text.encode() if wanted.kind == "bytes" else text

    return secret
