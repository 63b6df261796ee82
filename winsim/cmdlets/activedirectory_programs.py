"""setspn.exe."""

from __future__ import annotations

from fnmatch import fnmatchcase

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.directory import Directory, DirectoryError, DirectoryObject, names, objects


def _directory(call: NativeCall) -> Directory | None:
    """The directory under the caller's name; a session without a second hop gets none on another machine."""
    host, identity = call.host, call.session.identity
    own = identity.user.partition("\\")[0].lower() in (host.domain_netbios.lower(), host.domain)
    if not host.is_member or not own or not (identity.delegated or host.is_domain_controller):
        return None
    return call.world.parts.find(Directory)


@native("setspn.exe")
def setspn(call: NativeCall) -> int:
    """-L account, -Q name, -S name account, -A name account, -D name account, -X."""
    directory = _directory(call)
    if directory is None:
        call.err("Ldap Error(0x52 -- Local Error): ldap_bind_sW")
        call.err('Failed to retrieve DN for domain "" : 0x00000052')
        return 82
    words = [word for word in call.args if word]
    verb = words[0].lstrip("-/").upper() if words else ""
    rest = words[1:]
    modifiers = [word for word in words if word[:1] in "-/" and word[1:].upper() in ("R", "F", "T", "P", "U", "C")]
    if modifiers:
        raise NotBuilt(f"setspn {modifiers[0]}")
    if verb == "L" and len(rest) == 1:
        return _list(call, directory, rest[0])
    if verb == "Q" and len(rest) == 1:
        return _query(call, directory, rest[0])
    if verb in ("S", "A") and len(rest) == 2:
        return _add(call, directory, rest[0], rest[1], check=verb == "S")
    if verb == "D" and len(rest) == 2:
        return _delete(call, directory, rest[0], rest[1])
    if verb == "X" and not rest:
        return _duplicates(call, directory)
    call.out("Usage: setspn [modifiers switch] [accountname]")
    return 1 if words else 0


def _account(call: NativeCall, directory: Directory, name: str) -> DirectoryObject | None:
    found = objects.account(directory, name) or objects.account(directory, name + "$")
    if found is None:
        call.out("FindDomainForAccount: Call to DsGetDcNameWithAccountW failed with return value 0x00000525")
        call.out(f"Could not find account {name.rpartition(chr(92))[2]}")
    return found


def _list(call: NativeCall, directory: Directory, name: str) -> int:
    found = _account(call, directory, name)
    if found is None:
        return 1
    call.out(f"Registered ServicePrincipalNames for {found.dn}:")
    for principal in found.values("servicePrincipalName"):
        call.out(f"\t{principal}")
    return 0


def _query(call: NativeCall, directory: Directory, principal: str) -> int:
    root = names.of_domain(directory.domain)
    call.out(f"Checking domain {root}")
    wanted = principal.lower().replace("[", "[[]")  # * stands for any text
    holders = [
        found
        for found in directory.objects.values()
        if any(fnmatchcase(one.lower(), wanted) for one in found.values("servicePrincipalName"))
    ]
    for found in holders:
        call.out(found.dn)
        for one in found.values("servicePrincipalName"):
            call.out(f"\t{one}")
    call.out("")
    call.out("Existing SPN found!" if holders else "No such SPN found.")
    return 0 if holders else 1


def _may_write(call: NativeCall, directory: Directory) -> bool:
    prefix = directory.netbios.lower()
    wanted = {f"{prefix}\\domain admins", f"{prefix}\\enterprise admins", "builtin\\account operators"}
    return bool(call.session.identity.groups & wanted)


def _add(call: NativeCall, directory: Directory, principal: str, name: str, *, check: bool) -> int:
    found = _account(call, directory, name)
    if found is None:
        return 1
    if check:
        call.out(f"Checking domain {names.of_domain(directory.domain)}")
        others = [one for one in objects.with_spn(directory, principal) if one is not found]
        if others:
            call.out(others[0].dn)
            for one in others[0].values("servicePrincipalName"):
                call.out(f"\t{one}")
            call.out("")
            call.out("Duplicate SPN found, aborting operation!")
            return 1
    call.out(f"Registering ServicePrincipalNames for {found.dn}")
    call.out(f"\t{principal}")
    if not _may_write(call, directory):
        call.out(f"Failed to assign SPN on account '{found.dn}', error 0x2098/8344 -> Insufficient access rights to "
                 "perform the operation.")  # fmt: skip
        return 1
    try:
        objects.add_values(directory, found, "servicePrincipalName", [principal], call.world.clock.now())
    except DirectoryError as error:
        number = f"0x{error.code:x}/{error.code}"
        call.out(f"Failed to assign SPN on account '{found.dn}', error {number} -> {error.message}")
        return 1
    call.world.touch()
    call.out("Updated object")
    return 0


def _delete(call: NativeCall, directory: Directory, principal: str, name: str) -> int:
    found = _account(call, directory, name)
    if found is None:
        return 1
    call.out(f"Unregistering ServicePrincipalNames for {found.dn}")
    call.out(f"\t{principal}")
    if not _may_write(call, directory):
        call.out(f"Failed to remove SPN on account '{found.dn}', error 0x2098/8344 -> Insufficient access rights to "
                 "perform the operation.")  # fmt: skip
        return 1
    objects.remove_values(directory, found, "servicePrincipalName", [principal], call.world.clock.now())
    call.world.touch()
    call.out("Updated object")
    return 0


def _duplicates(call: NativeCall, directory: Directory) -> int:
    call.out(f"Checking domain {names.of_domain(directory.domain)}")
    call.out("Processing entry 0")
    holders: dict[str, list[str]] = {}
    for found in directory.objects.values():
        for principal in found.values("servicePrincipalName"):
            holders.setdefault(principal.lower(), []).append(found.dn)
    groups = 0
    for principal, dns in holders.items():
        if len(dns) > 1:
            groups += 1
            call.out(f"{principal} is registered on these accounts:")
            for dn in dns:
                call.out(f"\t{dn}")
    call.out(f"found {groups} group{'' if groups == 1 else 's'} of duplicate SPNs.")
    return 0
