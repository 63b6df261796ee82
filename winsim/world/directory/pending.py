"""Changes of a machine's domain that wait for its restart, and what Windows says of them before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from winsim.world.host import BootAction

from . import promotion
from .state import Directory

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

PROMOTE, DEMOTE, ENTER, LEAVE = (f"{__name__}:{name}" for name in ("promote", "demote", "enter", "leave"))


@dataclass(frozen=True)
class Membership:
    """``role`` is the DomainRole of Win32_ComputerSystem: 2 standalone, 3 member, 5 first domain controller."""

    domain: str
    workgroup: str
    role: int


def waiting(host: Host) -> BootAction | None:
    kinds = (PROMOTE, DEMOTE, ENTER, LEAVE)
    return next((action for action in reversed(host.at_boot) if action.action in kinds), None)


def membership(host: Host) -> Membership:
    """What the computer reports: a join or a promotion shows before the restart that finishes it."""
    action = waiting(host)
    if action is not None:
        domain = str(action.arguments.get("domain", ""))
        workgroup = str(action.arguments.get("workgroup", "WORKGROUP"))
        role = {PROMOTE: 5, ENTER: 3}.get(action.action, 2)
        return Membership(domain if role > 2 else "", workgroup, role)
    role = 5 if host.is_domain_controller else 3 if host.is_member else 2
    return Membership(host.domain, host.workgroup, role)


def schedule(host: Host, action: str, **arguments: object) -> None:
    host.at_boot.append(BootAction(action, arguments))
    host.require_reboot()


def promote(world: World, host: Host, domain: str, netbios: str, recovery: str, with_dns: bool) -> None:
    promotion.promote(world, host, domain, netbios, recovery, with_dns=with_dns)


def demote(world: World, host: Host, password: str, workgroup: str) -> None:
    promotion.demote(world, host, password, workgroup)


def enter(world: World, host: Host, domain: str) -> None:
    directory = world.parts.find(Directory)
    if directory is not None and directory.domain == domain:
        promotion.enter(world, host, directory)


def leave(world: World, host: Host, workgroup: str) -> None:
    promotion.leave(world, host, world.parts.find(Directory), workgroup)


def role_removed(world: World, host: Host) -> None:
    """A domain controller has to be demoted, and restarted, before its role goes."""
    from winsim.world.feature_setup import FeatureError

    del world
    if host.is_domain_controller:
        raise FeatureError(
            0x80070032,
            "The Active Directory domain controller needs to be demoted before the AD DS role can be removed.",
        )
