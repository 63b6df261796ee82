"""Who an account of the domain is when it logs on."""

from __future__ import annotations

from winsim.world.accounts import Logon

from . import objects
from .state import Directory, DirectoryObject


def logon(directory: Directory, domain: str, user: str) -> Logon | None:
    """A user account by domain and name, or with an empty domain by its UPN or its name. None: unknown or disabled."""
    found = objects.account(directory, f"{domain}\\{user}" if domain else user)
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
