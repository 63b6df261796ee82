"""Group managed service accounts: the keys behind their passwords, and who may use them."""

from __future__ import annotations

from datetime import datetime, timedelta

from . import objects
from .state import Directory

# Controllers wait this long after a key's effective time, so that it can reach all of them.
REPLICATION = timedelta(hours=10)
COMPUTERS = frozenset({"computer"})
KINDS = frozenset({"msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"})


def has_usable_key(directory: Directory, now: datetime) -> bool:
    return any(key.effective_time + REPLICATION <= now for key in directory.root_keys)


def may_use(directory: Directory, computer: str, account_dn: str) -> bool:
    """Whether a machine may retrieve the managed password, by itself or through a group."""
    machine = objects.find(directory, f"{computer}$", COMPUTERS)
    account = objects.get(directory, account_dn)
    if machine is None or account is None:
        return False
    allowed = {dn.lower() for dn in account.values("msDS-GroupMSAMembership")}
    tokens = {machine.dn.lower(), *(group.dn.lower() for group in objects.all_groups(directory, machine))}
    return bool(allowed & tokens)
