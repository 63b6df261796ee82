"""Local users and groups of a host, and what a successful logon is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from winsim.world.lab import World

ADMINISTRATORS = "Administrators"


@dataclass
class LocalUser:
    name: str
    password: str
    rid: int
    enabled: bool = True
    description: str = ""
    password_never_expires: bool = False


@dataclass
class LocalGroup:
    name: str
    sid: str
    members: list[str] = field(default_factory=list)  # Administrator (local), CORP\Domain Admins
    description: str = ""


@dataclass
class LocalAccounts:
    users: dict[str, LocalUser] = field(default_factory=dict)
    groups: dict[str, LocalGroup] = field(default_factory=dict)
    next_rid: int = 1001

    def user(self, name: str) -> LocalUser | None:
        return self.users.get(name.lower())

    def group(self, name: str) -> LocalGroup | None:
        return self.groups.get(name.lower())

    def add_user(self, name: str, password: str, rid: int | None = None) -> LocalUser:
        if rid is None:
            rid, self.next_rid = self.next_rid, self.next_rid + 1
        user = LocalUser(name, password, rid)
        self.users[name.lower()] = user
        return user

    def add_built_in_users(self, password: str) -> None:
        """The accounts of every machine outside a controller, and what they belong to."""
        description = "Built-in account for {} the computer/domain"
        self.add_user("Administrator", password, 500).description = description.format("administering")
        guest = self.add_user("Guest", "", 501)
        guest.enabled, guest.description = False, description.format("guest access to")
        self.add_member("Administrators", "Administrator")

    def add_member(self, group: str, member: str) -> bool:
        """False when it is a member already."""
        members = self.groups[group.lower()].members
        if member.lower() in (present.lower() for present in members):
            return False
        members.append(member)
        return True

    def groups_of(self, *accounts: str) -> frozenset[str]:
        """Local groups that have one of the accounts (or domain groups) as a member, as builtin\\name."""
        wanted = {account.lower() for account in accounts}
        return frozenset(
            f"builtin\\{key}" for key, group in self.groups.items() if wanted & {m.lower() for m in group.members}
        )


@dataclass(frozen=True)
class Logon:
    """An account that may log on to a host. ``groups`` are DOMAIN\\name or BUILTIN\\name, lower case."""

    account: str  # CORP\labadmin, ARR01\Administrator
    password: str
    sid: str
    groups: frozenset[str]
    is_admin: bool
    upn: str = ""


@runtime_checkable
class AccountAuthority(Protocol):
    """A part of the world that knows accounts: a directory domain."""

    def logon(self, world: World, domain: str, user: str) -> Logon | None:
        """The account by NetBIOS or DNS domain name and user name, or by UPN with an empty domain.

        ``groups`` are all domain groups, nested ones included; ``is_admin`` is filled in by the host.
        """
