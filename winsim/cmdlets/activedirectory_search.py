"""Get-AD*: by identity, by -Filter and by -LDAPFilter."""

from __future__ import annotations

from collections.abc import Iterator

from winsim.cmdlets.activedirectory_common import (
    COMPUTER,
    GROUP,
    NAMESPACE,
    OBJECT,
    SERVICE_ACCOUNT,
    UNIT,
    USER,
    Kind,
    class_of,
    connect,
    find,
    guarded,
    present,
)
from winsim.cmdlets.products import variable
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.world.directory import (
    Directory,
    DirectoryObject,
    conditions,
    ldap_filter,
    names,
    objects,
    powershell_filter,
)

_SEARCH = ("Identity", "Filter", "LDAPFilter", "Properties", "SearchBase", "SearchScope", "Server", "Credential",
           "ResultPageSize", "ResultSetSize", "AuthType", "Partition")  # fmt: skip
_MODULE = "ActiveDirectory"


def _condition(call: Call) -> conditions.Condition:
    try:
        if call.has("LDAPFilter"):
            return ldap_filter.parse(call.text("LDAPFilter"))
        return powershell_filter.parse(call.text("Filter"), lambda name: variable(call, name))
    except conditions.FilterError as error:
        exception = f"{NAMESPACE}.ADFilterParsingException"
        raise CommandError(
            f"ActiveDirectoryCmdlet:{exception}", str(error), "ParserError", call.get("Filter"), exception
        ) from None


def search(call: Call, directory: Directory, kind: Kind) -> Iterator[DirectoryObject]:
    condition = _condition(call)
    base = call.text("SearchBase") or names.of_domain(directory.domain)
    if objects.get(directory, base) is None:
        raise CommandError(
            "ActiveDirectoryServer:8333", "Directory object not found", "ObjectNotFound", None,
            f"{NAMESPACE}.ADIdentityNotFoundException",
        )  # fmt: skip
    scope = call.text("SearchScope", "Subtree").lower()
    configuration = f"CN=Configuration,{names.of_domain(directory.domain)}"
    limit = int(call.text("ResultSetSize") or 0)
    count = 0
    for found in list(directory.objects.values()):
        if not _in_scope(found.dn, base, scope) or (kind.classes and found.object_class not in kind.classes):
            continue
        # The configuration is a naming context of its own: a search of the domain does not enter it.
        if names.is_below(found.dn, configuration) and not names.is_below(base, configuration):
            continue
        if conditions.holds(directory, found, condition):
            count += 1
            yield found
            if limit and count >= limit:
                return


def _in_scope(dn: str, base: str, scope: str) -> bool:
    if scope in ("base", "0"):
        return dn.lower() == base.lower()
    if scope in ("onelevel", "1"):
        return names.parent(dn).lower() == base.lower()
    return names.is_below(dn, base)


def _get(call: Call, kind: Kind) -> None:
    directory = connect(call)
    wanted = call.texts("Properties")
    if call.has("Identity"):
        call.write(present(directory, find(directory, call.get("Identity"), kind), kind, wanted))
        return
    for found in search(call, directory, kind):
        call.write(present(directory, found, kind, wanted))


@cmdlet("Get-ADUser", _SEARCH, net_class=class_of("Get-ADUser"), module=_MODULE)
@guarded
def get_user(call: Call) -> None:
    _get(call, USER)


@cmdlet("Get-ADComputer", _SEARCH, net_class=class_of("Get-ADComputer"), module=_MODULE)
@guarded
def get_computer(call: Call) -> None:
    _get(call, COMPUTER)


@cmdlet("Get-ADServiceAccount", _SEARCH, net_class=class_of("Get-ADServiceAccount"), module=_MODULE)
@guarded
def get_service_account(call: Call) -> None:
    _get(call, SERVICE_ACCOUNT)


@cmdlet("Get-ADGroup", _SEARCH, net_class=class_of("Get-ADGroup"), module=_MODULE)
@guarded
def get_group(call: Call) -> None:
    _get(call, GROUP)


@cmdlet("Get-ADOrganizationalUnit", _SEARCH, net_class=class_of("Get-ADOrganizationalUnit"), module=_MODULE)
@guarded
def get_unit(call: Call) -> None:
    _get(call, UNIT)


@cmdlet("Get-ADObject", _SEARCH, net_class=class_of("Get-ADObject"), module=_MODULE)
@guarded
def get_object(call: Call) -> None:
    _get(call, OBJECT)
