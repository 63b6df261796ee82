"""Groups and membership."""

from __future__ import annotations

from winsim.cmdlets.activedirectory_accounts import modify_attributes
from winsim.cmdlets.activedirectory_common import (
    AUTH,
    GROUP,
    PRINCIPAL,
    Kind,
    class_of,
    connect,
    find,
    guarded,
    present,
    principal,
    translate,
)
from winsim.cmdlets.products import items
from winsim.interpreter.command import Call, cmdlet
from winsim.world.directory import DirectoryError, names, objects, state

_MODULE = "ActiveDirectory"
_COMMON = ("Server", "Credential", "AuthType")
_SCOPES = {"domainlocal": state.LOCAL_GROUP, "global": state.GLOBAL_GROUP, "universal": state.UNIVERSAL_GROUP,
           "0": state.LOCAL_GROUP, "1": state.GLOBAL_GROUP, "2": state.UNIVERSAL_GROUP}  # fmt: skip


@cmdlet(
    "New-ADGroup",
    ("Name", "GroupScope", "GroupCategory", "SamAccountName", "DisplayName", "Description", "HomePage", "ManagedBy",
     "Path", "PassThru", *_COMMON),
    net_class=class_of("New-ADGroup"), module=_MODULE,
)  # fmt: skip
@guarded
def new_group(call: Call) -> None:
    directory = connect(call, write=True)
    name = call.text("Name")
    container = call.text("Path") or f"CN=Users,{names.of_domain(directory.domain)}"
    dn = f"CN={names.escape(name)},{container}"
    if not call.should_process(dn, "New"):
        return
    kind = _SCOPES[call.text("GroupScope").lower()]
    if call.text("GroupCategory", "Security").lower() in ("security", "1", ""):
        kind |= state.SECURITY_GROUP
    attributes = {"sAMAccountName": [call.text("SamAccountName") or name], "groupType": [str(kind)]}
    for parameter, attribute in (("DisplayName", "displayName"), ("Description", "description"),
                                 ("HomePage", "wWWHomePage")):  # fmt: skip
        if call.text(parameter):
            attributes[attribute] = [call.text(parameter)]
    if call.has("ManagedBy"):
        attributes["managedBy"] = [principal(directory, call.get("ManagedBy")).dn]
    found = objects.insert(directory, dn, "group", attributes, now=call.world.clock.now())
    if call.switch("PassThru"):
        call.write(present(directory, found, GROUP))


@cmdlet(
    "Set-ADGroup",
    ("Identity", "Description", "DisplayName", "HomePage", "ManagedBy", "SamAccountName", "Add", "Remove", "Replace",
     "Clear", "PassThru", *_COMMON),
    net_class=class_of("Set-ADGroup"), module=_MODULE,
)  # fmt: skip
@guarded
def set_group(call: Call) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), GROUP)
    if not call.should_process(found.dn, "Set"):
        return
    now = call.world.clock.now()
    for parameter, attribute in (("DisplayName", "displayName"), ("Description", "description"),
                                 ("HomePage", "wWWHomePage"), ("SamAccountName", "sAMAccountName")):  # fmt: skip
        if call.has(parameter):
            text = call.text(parameter)
            objects.replace(directory, found, attribute, [text] if text else [], now)
    if call.has("ManagedBy"):
        objects.replace(directory, found, "managedBy", [principal(directory, call.get("ManagedBy")).dn], now)
    modify_attributes(call, directory, found)
    if call.switch("PassThru"):
        call.write(present(directory, found, GROUP))


@cmdlet("Remove-ADGroup", ("Identity", *_COMMON), net_class=class_of("Remove-ADGroup"), module=_MODULE, idle=AUTH)
@guarded
def remove_group(call: Call) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), GROUP)
    if call.should_process(found.dn, "Remove"):
        objects.remove(directory, found)


_MEMBERS = ("Identity", "Members", "PassThru", *_COMMON)


@cmdlet("Add-ADGroupMember", _MEMBERS, net_class=class_of("Add-ADGroupMember"), module=_MODULE)
@guarded
def add_member(call: Call) -> None:
    _change_members(call, adding=True)


@cmdlet("Remove-ADGroupMember", _MEMBERS, net_class=class_of("Remove-ADGroupMember"), module=_MODULE)
@guarded
def remove_member(call: Call) -> None:
    _change_members(call, adding=False)


def _change_members(call: Call, *, adding: bool) -> None:
    """One change for all members: when one is refused, none is changed."""
    directory = connect(call, write=True)
    group = find(directory, call.get("Identity"), GROUP)
    wanted = [principal(directory, one) for one in items(call.get("Members"))]
    if not call.should_process(group.dn, "Set"):
        return
    before = list(group.values("member"))
    try:
        for one in wanted:
            if adding:
                objects.add_member(directory, group.dn, one.dn)
            else:
                objects.remove_member(directory, group.dn, one.dn)
    except DirectoryError:
        group.attributes["member"] = before
        raise
    group.changed = call.world.clock.now()
    if call.switch("PassThru"):
        call.write(present(directory, group, GROUP))


@cmdlet(
    "Get-ADGroupMember", ("Identity", "Recursive", *_COMMON), net_class=class_of("Get-ADGroupMember"), module=_MODULE
)
@guarded
def get_member(call: Call) -> None:
    directory = connect(call)
    group = find(directory, call.get("Identity"), GROUP)
    for found in objects.members(directory, group, recursive=call.switch("Recursive")):
        call.write(present(directory, found, _member_kind(found.object_class)))


def _member_kind(object_class: str) -> Kind:
    if object_class == "group":
        return Kind("ADGroup", ("Microsoft.ActiveDirectory.Management.ADGroup", *PRINCIPAL.type_names), None,
                    PRINCIPAL.defaults)  # fmt: skip
    return PRINCIPAL


@cmdlet(
    "Get-ADPrincipalGroupMembership", ("Identity", *_COMMON),
    net_class=class_of("Get-ADPrincipalGroupMembership"), module=_MODULE,
)  # fmt: skip
@guarded
def get_membership(call: Call) -> None:
    directory = connect(call)
    found = principal(directory, call.get("Identity"))
    primary = objects.primary_group(directory, found)
    for group in [*([primary] if primary else []), *objects.groups_with(directory, found.dn)]:
        call.write(present(directory, group, GROUP))


_OWNED = ("Identity", "MemberOf", "PassThru", *_COMMON)


@cmdlet("Add-ADPrincipalGroupMembership", _OWNED, net_class=class_of("Add-ADPrincipalGroupMembership"), module=_MODULE)
@guarded
def add_membership(call: Call) -> None:
    directory = connect(call, write=True)
    found = principal(directory, call.get("Identity"))
    for one in items(call.get("MemberOf")):
        group = find(directory, one, GROUP)
        if call.should_process(found.dn, "Set"):
            try:
                objects.add_member(directory, group.dn, found.dn)
            except DirectoryError as error:
                call.write_error(translate(error, one))
    if call.switch("PassThru"):
        call.write(present(directory, found, PRINCIPAL))
