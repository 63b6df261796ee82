"""Reading and changing the objects of a directory, with the rules that a domain controller keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from . import errors, names, schema, state
from .state import Directory, DirectoryObject

_PRINCIPALS = frozenset({"user", "computer", "group", "msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"})

# objectClass values from the top of the hierarchy to the class itself.
_ACCOUNT = ("top", "person", "organizationalPerson", "user")
_HIERARCHY = {
    "user": _ACCOUNT,
    "computer": (*_ACCOUNT, "computer"),
    "msDS-GroupManagedServiceAccount": (*_ACCOUNT, "computer", "msDS-GroupManagedServiceAccount"),
    "msDS-ManagedServiceAccount": (*_ACCOUNT, "computer", "msDS-ManagedServiceAccount"),
}


def hierarchy(object_class: str) -> tuple[str, ...]:
    return _HIERARCHY.get(object_class, ("top", object_class))


def get(directory: Directory, dn: str) -> DirectoryObject | None:
    return directory.objects.get(dn.lower())


def insert(
    directory: Directory,
    dn: str,
    object_class: str,
    attributes: dict[str, list[str]] | None = None,
    *,
    now: datetime,
    sid: str = "",
    password: str | None = None,
    protected: bool = False,
    check_parent: bool = True,
) -> DirectoryObject:
    """Adds an object; refuses names, account names, SPNs and UPNs that are taken."""
    if check_parent and get(directory, names.parent(dn)) is None:
        raise errors.no_such_object()
    if get(directory, dn) is not None:
        raise errors.name_in_use()
    values = {schema.spelling(name): list(found) for name, found in (attributes or {}).items()}
    values.setdefault("name", [names.relative(dn)])
    if object_class in _PRINCIPALS:
        _check_account_name(directory, values, object_class)
        if not sid:
            sid = f"{directory.domain_sid}-{directory.next_rid}"
            directory.next_rid += 1
    fresh = DirectoryObject(dn, str(uuid4()), object_class, values, sid, password, protected, created=now, changed=now)
    _check_unique(directory, fresh, values)
    directory.objects[dn.lower()] = fresh
    return fresh


def _check_account_name(directory: Directory, values: dict[str, list[str]], object_class: str) -> None:
    wanted = values.get("sAMAccountName", [""])[0].lower()
    if any(found.sam.lower() == wanted for found in directory.objects.values() if found.sam):
        raise errors.account_exists("group" if object_class == "group" else "account")


def _check_unique(directory: Directory, changed: DirectoryObject, values: dict[str, list[str]]) -> None:
    """Controllers of 2012 R2 keep SPNs and UPNs unique in the forest."""
    for attribute, kind in (("servicePrincipalName", "SPN"), ("userPrincipalName", "UPN")):
        wanted = {value.lower() for value in values.get(attribute, ())}
        for other in directory.objects.values():
            if other is not changed and wanted.intersection(value.lower() for value in other.values(attribute)):
                raise errors.value_not_unique(kind)


def replace(directory: Directory, found: DirectoryObject, attribute: str, values: list[str], now: datetime) -> None:
    """Sets an attribute; no values clear it."""
    name = schema.spelling(attribute)
    _check_unique(directory, found, {name: values})
    for present in [key for key in found.attributes if key.lower() == name.lower()]:
        del found.attributes[present]
    if values:
        found.attributes[name] = list(values)
    found.changed = now


def add_values(directory: Directory, found: DirectoryObject, attribute: str, values: list[str], now: datetime) -> None:
    present = found.values(attribute)
    have = {value.lower() for value in present}
    fresh = [value for value in values if value.lower() not in have]
    replace(directory, found, attribute, [*present, *fresh], now)


def remove_values(
    directory: Directory, found: DirectoryObject, attribute: str, values: list[str], now: datetime
) -> None:
    gone = {value.lower() for value in values}
    kept = [value for value in found.values(attribute) if value.lower() not in gone]
    replace(directory, found, attribute, kept, now)


def children(directory: Directory, dn: str) -> list[DirectoryObject]:
    return [found for found in directory.objects.values() if names.parent(found.dn).lower() == dn.lower()]


def remove(directory: Directory, found: DirectoryObject, *, recursive: bool = False) -> None:
    """Deletes an object and every reference to it."""
    below = [other for other in directory.objects.values() if other is not found and names.is_below(other.dn, found.dn)]
    if below and not recursive:
        raise errors.has_children()
    # Removing a tree stops at the first protected object, as the server's tree deletion does.
    if any(other.protected for other in (found, *below)):
        raise errors.protected()
    for gone in (found, *below):
        del directory.objects[gone.dn.lower()]
        for other in directory.objects.values():
            _drop_reference(other, gone.dn)


def _drop_reference(other: DirectoryObject, dn: str) -> None:
    for attribute, values in list(other.attributes.items()):
        if schema.syntax(attribute) == "dn" and dn in values:
            kept = [value for value in values if value != dn]
            if kept:
                other.attributes[attribute] = kept
            else:
                del other.attributes[attribute]


def rename(directory: Directory, found: DirectoryObject, new_dn: str, now: datetime) -> None:
    """Gives an object, and what is below it, a new place; references follow."""
    if get(directory, new_dn) is not None:
        raise errors.name_in_use()
    if get(directory, names.parent(new_dn)) is None:
        raise errors.no_such_object()
    old_dn = found.dn
    for moved in [other for other in directory.objects.values() if names.is_below(other.dn, old_dn)]:
        before = moved.dn
        moved.dn = before[: len(before) - len(old_dn)] + new_dn
        del directory.objects[before.lower()]
        directory.objects[moved.dn.lower()] = moved
        for other in directory.objects.values():
            for attribute, values in other.attributes.items():
                if before in values and schema.syntax(attribute) == "dn":
                    other.attributes[attribute] = [moved.dn if value == before else value for value in values]
    found.attributes["name"] = [names.relative(new_dn)]
    found.changed = now


def add_member(directory: Directory, group_dn: str, member_dn: str) -> None:
    group = directory.objects[group_dn.lower()]
    member = directory.objects[member_dn.lower()]
    if member.dn in group.values("member"):
        raise errors.already_member()
    group.attributes.setdefault("member", []).append(member.dn)


def remove_member(directory: Directory, group_dn: str, member_dn: str) -> None:
    group = directory.objects[group_dn.lower()]
    kept = [dn for dn in group.values("member") if dn.lower() != member_dn.lower()]
    if len(kept) == len(group.values("member")):
        raise errors.not_member()
    if kept:
        group.attributes["member"] = kept
    else:
        del group.attributes["member"]


def groups_with(directory: Directory, dn: str) -> list[DirectoryObject]:
    """The groups that name the object as a member, directly."""
    return [found for found in directory.objects.values() if dn in found.attributes.get("member", ())]


def primary_group(directory: Directory, account: DirectoryObject) -> DirectoryObject | None:
    default = {"user": "513", "computer": "515"}.get(account.object_class, "515")
    if account.object_class == "group":
        return None
    wanted = f"{directory.domain_sid}-{account.first('primaryGroupID', default)}"
    return next((found for found in directory.objects.values() if found.sid == wanted), None)


def all_groups(directory: Directory, account: DirectoryObject) -> list[DirectoryObject]:
    """Every group in the account's token: direct, nested and primary ones."""
    primary = primary_group(directory, account)
    waiting = [*groups_with(directory, account.dn), *([primary] if primary else [])]
    found: dict[str, DirectoryObject] = {}
    while waiting:
        group = waiting.pop(0)
        if group.dn not in found:
            found[group.dn] = group
            waiting.extend(groups_with(directory, group.dn))
    return list(found.values())


def members(directory: Directory, group: DirectoryObject, *, recursive: bool = False) -> list[DirectoryObject]:
    """The members of a group, those of a primary group included; ``recursive`` gives the leaves only."""
    direct = [directory.objects[dn.lower()] for dn in group.values("member") if dn.lower() in directory.objects]
    direct += [
        found
        for found in principals(directory)
        if found.object_class != "group" and primary_group(directory, found) is group and found not in direct
    ]
    if not recursive:
        return direct
    leaves: dict[str, DirectoryObject] = {}
    seen: set[str] = set()
    waiting = list(direct)
    while waiting:
        found = waiting.pop(0)
        if found.object_class != "group":
            leaves[found.dn] = found
        elif found.dn not in seen:
            seen.add(found.dn)
            waiting.extend(members(directory, found))
    return list(leaves.values())


def principals(directory: Directory) -> Iterator[DirectoryObject]:
    return (found for found in directory.objects.values() if found.object_class in _PRINCIPALS)


def find(directory: Directory, identity: str, classes: frozenset[str] | None = None) -> DirectoryObject | None:
    """By distinguished name, GUID, SID or account name (a machine's or gMSA's with or without ``$``)."""
    candidates = (found for found in directory.objects.values() if classes is None or found.object_class in classes)
    if names.is_dn(identity):
        exact = get(directory, identity)
        return exact if exact and (classes is None or exact.object_class in classes) else None
    if names.is_guid(identity):
        guid = identity.strip("{}").lower()
        return next((found for found in candidates if found.guid == guid), None)
    if names.is_sid(identity):
        return next((found for found in candidates if found.sid.lower() == identity.lower()), None)
    wanted = {identity.lower()}
    if classes is None or "user" not in classes:
        wanted.add(identity.lower() + "$")
    return next((found for found in candidates if found.sam and found.sam.lower() in wanted), None)


def account(directory: Directory, name: str) -> DirectoryObject | None:
    """An account as people write it: ``CORP\\name``, ``corp.contoso.com\\name``, ``name@suffix`` or ``name``."""
    prefix, separator, rest = name.partition("\\")
    if separator:
        if prefix.lower() not in (directory.netbios.lower(), directory.domain):
            return None
        return _by_sam(directory, rest)
    if "@" in name:
        by_upn = next(
            (one for one in principals(directory) if one.first("userPrincipalName").lower() == name.lower()), None
        )
        local, _, suffix = name.partition("@")
        if by_upn is None and suffix.lower() in (directory.domain, directory.netbios.lower()):
            return _by_sam(directory, local)
        return by_upn
    return _by_sam(directory, name)


def _by_sam(directory: Directory, name: str) -> DirectoryObject | None:
    return next((one for one in principals(directory) if one.sam.lower() == name.lower()), None)


def with_spn(directory: Directory, principal: str) -> list[DirectoryObject]:
    """The accounts that carry a service principal name; a machine's HOST name answers for host/ too."""
    wanted = principal.lower()
    return [
        found
        for found in directory.objects.values()
        if any(value.lower() == wanted for value in found.values("servicePrincipalName"))
    ]


def is_lync_ready(directory: Directory) -> bool:
    """Whether the schema knows Lync's attributes."""
    base = f"CN=ms-RTC-SIP-SchemaVersion,CN=Schema,CN=Configuration,{names.of_domain(directory.domain)}"
    return get(directory, base) is not None


def enabled_account(found: DirectoryObject) -> bool:
    return not found.number("userAccountControl") & state.DISABLED
