"""setspn.exe: service principal names of accounts."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.directory import Directory, DirectoryError, DirectoryObject, names, objects

ACTIONS = ("-a", "-s", "-d", "-l", "-q", "-x", "-r")


@native("setspn.exe")
def setspn(call: NativeCall) -> int:
    words = ["-" + word[1:].lower() if word.lower().replace("/", "-") in ACTIONS else word for word in call.args]
    words = [word for word in words if word.lower() not in ("-p", "-f")]
    if not words:
        raise NotBuilt("setspn without arguments")
    directory = call.world.parts.find(Directory)
    host = call.host
    if directory is None or not host.is_member or not (host.is_domain_controller or call.session.identity.delegated):
        # A network logon has no credentials for the directory: the bind is anonymous.
        call.err("Ldap Error(0x1 -- Operations Error): ldap_search_s")
        call.err('Failed to retrieve DN for domain "" : 0x00000001')
        return 1
    action = words[0].lower()
    if not action.startswith("-"):
        return _list(call, directory, words[0])
    if action == "-l":
        return _list(call, directory, words[1])
    if action == "-q":
        return _query(call, directory, words[1])
    if action == "-x":
        return _duplicates(call, directory)
    if action in ("-a", "-s", "-d"):
        return _change(call, directory, action, words[1], words[2])
    raise NotBuilt(f"setspn {' '.join(call.args)}")


def _account(call: NativeCall, directory: Directory, name: str) -> DirectoryObject | None:
    found = objects.account(directory, name) or objects.account(directory, name + "$")
    if found is None:
        call.err("FindDomainForAccount: Call to DsGetDcNameWithAccountW failed with return value 0x00000525")
        call.err(f"Unable to locate account {name}")
    return found


def _list(call: NativeCall, directory: Directory, name: str) -> int:
    account = _account(call, directory, name)
    if account is None:
        return 1
    call.out(f"Registered ServicePrincipalNames for {account.dn}:")
    for principal in account.values("servicePrincipalName"):
        call.out(f"\t{principal}")
    return 0


def _query(call: NativeCall, directory: Directory, principal: str) -> int:
    call.out(f"Checking domain {names.of_domain(directory.domain)}")
    owners = objects.with_spn(directory, principal)
    for owner in owners:
        call.out(owner.dn)
        for held in owner.values("servicePrincipalName"):
            call.out(f"\t{held}")
    call.out("")
    call.out("Existing SPN found!" if owners else "No such SPN found.")
    return 0 if owners else 1


def _duplicates(call: NativeCall, directory: Directory) -> int:
    table: dict[str, list[str]] = {}
    for account in objects.principals(directory):
        for name in account.values("servicePrincipalName"):
            table.setdefault(name.lower(), []).append(account.dn)
    groups = {name: owners for name, owners in table.items() if len(owners) > 1}
    call.out(f"Checking domain {names.of_domain(directory.domain)}")
    for name, owners in groups.items():
        call.out(f"{name} is registered on these accounts:")
        for owner in owners:
            call.out(f"\t{owner}")
    call.out(f"found {len(groups)} group{'' if len(groups) == 1 else 's'} of duplicate SPNs.")
    return 0


def _change(call: NativeCall, directory: Directory, action: str, principal: str, name: str) -> int:
    account = _account(call, directory, name)
    if account is None:
        return 1
    now = call.world.clock.now()
    call.out(f"Checking domain {names.of_domain(directory.domain)}")
    if action == "-s" and objects.with_spn(directory, principal):
        for owner in objects.with_spn(directory, principal):
            call.out(owner.dn)
        call.out("")
        call.out("Duplicate SPN found, aborting operation!")
        return 1
    verb = "Unregistering" if action == "-d" else "Registering"
    call.out(f"{verb} ServicePrincipalNames for {account.dn}")
    call.out(f"\t{principal}")
    try:
        if action == "-d":
            objects.remove_values(directory, account, "servicePrincipalName", [principal], now)
        else:
            objects.add_values(directory, account, "servicePrincipalName", [principal], now)
    except DirectoryError as error:
        call.err(f"Failed to assign SPN on account '{account.dn}', error 0x21c7/8647 -> {error}")
        return 1
    call.out("Updated object")
    call.world.touch()
    return 0
