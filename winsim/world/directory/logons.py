"""Who an account of the domain is when it logs on."""

from __future__ import annotations

from winsim.world.accounts import Logon

from . import objects
from .state import Directory, DirectoryObject


def logon(directory: Directory, domain: str, user: str) -> Logon | None:
    """A user account by domain and name, or by its UPN with an empty domain. None: unknown or disabled."""
    if domain:
        found = objects.account(directory, f"{domain}\\{user}")
    else:
        found = objects.account(directory, user) if "@" in user else None
    if found is None or found.object_class != "user" or found.password is None or not found.enabled:
        return None
    return Logon(
        qualified(directory, found),
        found.password,
        found.sid,
        group_names(directory, found),
        False,
        found.first("userPrincipalName"),
    )


def qualified(directory: Directory, found: DirectoryObject) -> str:
    """``CORP\\name``, or ``BUILTIN\\name`` for the groups that every domain has in common."""
    if found.sid.startswith("S-1-5-32-"):
        return f"BUILTIN\\{found.sam}"
    return f"{directory.netbios}\\{found.sam}"


def group_names(directory: Directory, found: DirectoryObject) -> frozenset[str]:
    return frozenset(qualified(directory, group).lower() for group in objects.all_groups(directory, found))
