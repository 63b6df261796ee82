"""Lync users: accounts of the directory with Lync's attributes."""

from __future__ import annotations

from datetime import datetime

from winsim.world.directory import Directory, DirectoryObject, names, objects

ADDRESS = "msRTCSIP-PrimaryUserAddress"
ENABLED = "msRTCSIP-UserEnabled"
HOME = "msRTCSIP-PrimaryHomeServer"
LOCATOR = "msRTCSIP-DeploymentLocator"
ATTRIBUTES = (ADDRESS, ENABLED, HOME, LOCATOR, "msRTCSIP-FederationEnabled", "msRTCSIP-OptionFlags",
              "msRTCSIP-Line", "msRTCSIP-InternetAccessEnabled", "msRTCSIP-UserPolicies")  # fmt: skip


def home_object(directory: Directory, pool: str) -> str:
    """The directory's entry of a pool, which a user's home attribute names."""
    base = f"CN=Pools,CN=RTC Service,CN=Services,CN=Configuration,{names.of_domain(directory.domain)}"
    return f"CN=Lc Services,CN=Microsoft,CN={pool.lower()},{base}"


def pool_of(user: DirectoryObject) -> str:
    """The FQDN of the registrar pool; empty for an account that is not enabled for Lync."""
    parts = names.split(user.first(HOME))
    return names.relative(parts[2]) if len(parts) > 2 and parts[2] else ""


def is_lync_user(user: DirectoryObject) -> bool:
    return bool(user.values(ADDRESS))


def all_users(directory: Directory) -> list[DirectoryObject]:
    return [one for one in directory.objects.values() if one.object_class == "user" and is_lync_user(one)]


def find(directory: Directory, identity: str) -> DirectoryObject | None:
    """By SIP address (with or without ``sip:``), UPN, DOMAIN\\name, distinguished name, display name or GUID."""
    wanted = identity.lower()
    candidates = [one for one in directory.objects.values() if one.object_class == "user"]
    for one in candidates:
        if wanted.removeprefix("sip:") == one.first(ADDRESS).lower().removeprefix("sip:") and one.first(ADDRESS):
            return one
    found = objects.account(directory, identity) if ("\\" in identity or "@" in identity) else None
    if found is None and (names.is_dn(identity) or names.is_guid(identity)):
        found = objects.find(directory, identity, frozenset({"user"}))
    if found is not None:
        return found
    named = [one for one in candidates if wanted in (one.first("displayName").lower(), one.first("name").lower())]
    return named[0] if len(named) == 1 else None


def by_address(directory: Directory, address: str) -> DirectoryObject | None:
    wanted = address.lower().removeprefix("sip:")
    return next(
        (one for one in all_users(directory) if one.first(ADDRESS).lower().removeprefix("sip:") == wanted), None
    )


def enable(directory: Directory, user: DirectoryObject, address: str, pool: str, now: datetime) -> None:
    values = {
        ADDRESS: address,
        ENABLED: "TRUE",
        HOME: home_object(directory, pool),
        LOCATOR: "SRV:",
        "msRTCSIP-FederationEnabled": "TRUE",
        "msRTCSIP-InternetAccessEnabled": "TRUE",
        "msRTCSIP-OptionFlags": "257",
    }
    for attribute, value in values.items():
        objects.replace(directory, user, attribute, [value], now)


def move(directory: Directory, user: DirectoryObject, pool: str, now: datetime) -> None:
    objects.replace(directory, user, HOME, [home_object(directory, pool)], now)


def disable(directory: Directory, user: DirectoryObject, now: datetime) -> None:
    for attribute in ATTRIBUTES:
        objects.replace(directory, user, attribute, [], now)
