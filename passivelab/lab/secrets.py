"""Secrets by reference: secrets.yml says where each one is, never what it is."""

from __future__ import annotations

import getpass
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from passivelab.errors import Place, Problem, SecretError
from passivelab.lab.binding import Marks, did_you_mean
from passivelab.lab.documents import SecretDocument

SOURCES = ("env", "file", "keyring", "prompt", "machines")


@dataclass(frozen=True)
class Credential:
    user: str
    password: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.user} (password hidden)"


@dataclass(frozen=True)
class Accounts:
    """Accounts that the machines of a simulated lab have, by the names that secrets.yml uses."""

    credentials: Mapping[str, Credential] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)  # users/<name>

    def names(self) -> tuple[str, ...]:
        return (*self.credentials, *self.passwords)


class Secrets:
    """The entries of secrets.yml. Each is fetched when it is first asked for, and then kept for the run."""

    def __init__(
        self,
        references: Mapping[str, SecretDocument],
        places: Mapping[str, Place],
        accounts: Accounts,
        folder: Path,
        ask: Callable[[str], str] = getpass.getpass,
    ) -> None:
        self._references = dict(references)
        self._places = dict(places)
        self._accounts = accounts
        self._folder = folder
        self._ask = ask
        self._resolved: dict[str, str | Credential] = {}
        self._lock = threading.Lock()  # hosts are worked on in parallel; nobody is asked twice

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._references)})"

    def __contains__(self, name: object) -> bool:
        return name in self._references

    def names(self) -> tuple[str, ...]:
        return tuple(self._references)

    def is_credential(self, name: str) -> bool:
        reference = self._references[name]
        return bool(reference.user) or reference.machines in self._accounts.credentials

    def resolve(self, name: str) -> str | Credential:
        """The secret: a credential where the entry has a user, text otherwise."""
        if name not in self._references:
            raise SecretError(name=name, reason="secrets.yml has no such entry", hint=did_you_mean(name, self.names()))
        with self._lock:
            if name not in self._resolved:
                self._resolved[name] = self._fetch(name, self._references[name])
            return self._resolved[name]

    def credential(self, name: str) -> Credential:
        secret = self.resolve(name)
        if isinstance(secret, Credential):
            return secret
        raise self._lost(name, "it is a text, a credential is needed", hint="add user: to the entry")

    def text(self, name: str) -> str:
        secret = self.resolve(name)
        return secret.password if isinstance(secret, Credential) else secret

    def known_values(self) -> frozenset[str]:
        """What has to be masked wherever text is shown or stored."""
        return frozenset(
            secret.password if isinstance(secret, Credential) else secret for secret in list(self._resolved.values())
        )

    def _lost(self, name: str, reason: str, hint: str | None = None) -> SecretError:
        return SecretError(name=name, reason=reason, hint=hint, place=self._places.get(name))

    def _fetch(self, name: str, reference: SecretDocument) -> str | Credential:
        if reference.machines is not None and reference.machines in self._accounts.credentials:
            account = self._accounts.credentials[reference.machines]
            return Credential(reference.user or account.user, account.password)
        value = self._text_of(name, reference)
        if not value:
            raise self._lost(name, "it is empty")
        return Credential(reference.user, value) if reference.user else value

    def _text_of(self, name: str, reference: SecretDocument) -> str:
        if reference.env is not None:
            return self._from_environment(name, reference.env)
        if reference.file is not None:
            return self._from_file(name, reference.file)
        if reference.keyring is not None:
            return self._from_keyring(name, reference.keyring)
        if reference.prompt is not None:
            return self._ask(f"{reference.prompt}: ")
        return self._accounts.passwords[reference.machines or ""]

    def _from_environment(self, name: str, variable: str) -> str:
        value = os.environ.get(variable)
        if value is None:
            raise self._lost(name, f"the environment variable {variable} is not set", f"set {variable} and try again")
        return value

    def _from_file(self, name: str, written: str) -> str:
        path = self._folder / Path(written).expanduser()
        try:
            return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise self._lost(name, f"{path} cannot be read: {reason}") from error

    def _from_keyring(self, name: str, written: str) -> str:
        try:
            import keyring
        except ImportError as error:
            hint = "pip install passivelab[keyring]"
            raise self._lost(name, "the package keyring is not installed", hint) from error
        service, _, user = written.rpartition("/")
        value = keyring.get_password(service, user)
        if value is None:
            raise self._lost(name, f"the keyring has nothing for {written}", f"keyring set {service} {user}")
        return str(value)


def check_references(references: Mapping[str, SecretDocument], marks: Marks, accounts: Accounts) -> list[Problem]:
    """What is wrong with secrets.yml without looking at any secret."""
    problems = []
    for name, reference in references.items():
        used = [source for source in SOURCES if getattr(reference, source) is not None]
        if len(used) != 1:
            found = f"{len(used)}: {', '.join(used)}" if used else "none of them"
            expected = f"exactly one of {', '.join(SOURCES)}"
            message = f"the secret {name!r} must say in one way where it is"
            problems.append(marks.problem((name,), "secret", message, expected=expected, found=found))
        elif reference.keyring is not None and "/" not in reference.keyring:
            path = (name, "keyring")
            problems.append(marks.problem(path, "secret", "a keyring entry is service/user", found=reference.keyring))
        elif reference.machines is not None and reference.machines not in accounts.names():
            path = (name, "machines")
            message = f"machines.yml has no account {reference.machines!r}"
            hint = did_you_mean(reference.machines, accounts.names())
            expected = "one of " + ", ".join(accounts.names()) if accounts.names() else "a simulated lab's machines.yml"
            problems.append(marks.problem(path, "secret", message, expected=expected, hint=hint))
    return problems
