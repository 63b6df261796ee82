"""Reads an inventory folder and gives the lab, or every problem that its files have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from passivelab.errors import InventoryErrors, Place, Problem, in_order
from passivelab.lab.binding import Marks, bind, did_you_mean
from passivelab.lab.binding import Path as KeyPath
from passivelab.lab.build import Parts, build_lab
from passivelab.lab.checks import CHECKS, Inventory
from passivelab.lab.clients import load_clients
from passivelab.lab.documents import (
    LabDocument,
    MachinesDocument,
    MediaDocument,
    SecretDocument,
)
from passivelab.lab.kinds import Name
from passivelab.lab.model import Lab
from passivelab.lab.nodes import plain, read_yaml
from passivelab.lab.overrides import read_overrides
from passivelab.lab.secrets import Accounts, Credential, Secrets, check_references
from passivelab.lab.variables import VariableTable, parse_settings

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "roles"
CLIENTS = Path("registrars") / "clients.yml"

T = TypeVar("T")


def load_lab(
    folder: Path,
    sets: Sequence[str] = (),
    *,
    roles: Path = ROLES,
    passive: Mapping[str, bool] | None = None,
) -> Lab:
    """The lab of the folder. ``passive`` are choices for pools that win over overrides.yml, for this once.

    Raises InventoryErrors with every problem of every file.
    """
    problems: list[Problem] = []
    lab = _load(folder, sets, roles, passive or {}, problems)
    if problems or lab is None:
        raise InventoryErrors(in_order(problems))
    return lab


def _load(
    folder: Path, sets: Sequence[str], roles: Path, passive: Mapping[str, bool], problems: list[Problem]
) -> Lab | None:
    if not folder.is_dir():
        known = sorted(path.name for path in folder.parent.glob("*/") if (path / "lab.yml").exists())
        expected = "one of " + ", ".join(known) if known else "a folder with lab.yml and machines.yml"
        hint = did_you_mean(folder.name, known)
        problems.append(Problem("unknown-lab", f"there is no lab {folder.name!r}", Place(folder), expected, hint=hint))
        return None
    document, marks = read(LabDocument, folder / "lab.yml", problems)
    machines, machine_marks = read(MachinesDocument, folder / "machines.yml", problems)
    overrides = read_overrides(folder, problems)
    media = read(MediaDocument, folder / "media.yml", problems)[0] if (folder / "media.yml").exists() else None
    settings = parse_settings(sets, problems)
    matrix = load_clients(roles / CLIENTS, document.client_evidence if document else "observation", problems)
    accounts = simulated_accounts(document, machines)
    if document is None or machines is None:
        return None
    secrets = read_secrets(folder, accounts, problems)
    inventory = Inventory(document, marks, machines, machine_marks, overrides, matrix)
    for check in CHECKS:
        problems += check(inventory)
    check_credentials(document, marks, secrets, problems)
    variables = VariableTable(document, problems).collect(marks, overrides, settings)
    if problems or matrix is None:
        return None
    chosen = {fqdn: choice.passive for fqdn, choice in overrides.document.pools.items()} | dict(passive)
    return build_lab(inventory, matrix, Parts(folder, secrets, media, chosen, variables), problems)


def read(declared: type[T], file: Path, problems: list[Problem]) -> tuple[T | None, Marks]:
    """A file as ``declared``, with where each value stands."""
    node = read_yaml(file, problems)
    return bind(declared, node, problems) if node else (None, Marks())


def read_secrets(folder: Path, accounts: Accounts, problems: list[Problem]) -> Secrets:
    """The references of secrets.yml. A lab that needs no secret has no such file."""
    file = folder / "secrets.yml"
    if not file.exists():
        return Secrets({}, {}, accounts, folder)
    declared: Any = Mapping[Name, SecretDocument]
    references, marks = read(declared, file, problems)
    if references is None:
        return Secrets({}, {}, accounts, folder)
    problems += check_references(references, marks, accounts)
    return Secrets(references, {name: marks.at(name).place for name in references}, accounts, folder)


def check_credentials(document: LabDocument, marks: Marks, secrets: Secrets, problems: list[Problem]) -> None:
    """All credentials to log on with are entries of secrets.yml that have a user."""
    named: list[tuple[KeyPath, str]] = [
        (("credentials", "local"), document.credentials.local),
        (("credentials", "domain"), document.credentials.domain),
    ]
    for path, connection in document.connections():
        if connection.first_contact is not None and connection.first_contact.credentials is not None:
            named.append(((*path, "first_contact", "credentials"), connection.first_contact.credentials))
    for path, name in named:
        if name in secrets:
            if not secrets.is_credential(name):
                message = f"the entry {name!r} of secrets.yml has no user"
                problems.append(marks.problem(path, "secret", message, hint="add user: to it"))
            continue
        message = f"secrets.yml has no entry {name!r} for the {path[-1]} credentials"
        expected = "one of " + ", ".join(secrets.names()) if secrets.names() else None
        hint = did_you_mean(name, secrets.names())
        problems.append(marks.problem(path, "unknown-secret", message, expected=expected, hint=hint))


def simulated_accounts(document: LabDocument | None, machines: MachinesDocument | None) -> Accounts:
    """The accounts that machines.yml gives simulated machines. Those of the domain carry the domain's name."""
    if machines is None or machines.accounts is None:
        return Accounts()
    prefix = f"{document.domain.netbios}\\" if document else ""
    credentials = {
        name: Credential(f"{prefix}{account.user}" if name.startswith("domain_") else account.user, account.password)
        for name, account in machines.accounts.items()
    }
    prepared = plain(machines.prepared) if machines.prepared else {}
    users = prepared.get("users", []) if isinstance(prepared, dict) else []
    passwords = {f"users/{user['name']}": user["password"] for user in users if isinstance(user, dict)}
    return Accounts(credentials, passwords)
