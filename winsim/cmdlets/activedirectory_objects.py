"""Organizational units, plain objects, the domain and the forest."""

from __future__ import annotations

from winsim.cmdlets.activedirectory_accounts import modify_attributes
from winsim.cmdlets.activedirectory_common import (
    AUTH,
    COMPUTER,
    NAMESPACE,
    OBJECT,
    SERVICE_ACCOUNT,
    UNIT,
    Kind,
    class_of,
    connect,
    find,
    guarded,
    identity_text,
    present,
    principal,
    texts,
)
from winsim.cmdlets.products import entity, guid, plain, sid
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.values import ArrayList
from winsim.world.directory import Directory, errors, names, objects, schema, service_accounts
from winsim.world.directory.forest import configuration_dn, schema_dn

_MODULE = "ActiveDirectory"
_COMMON = ("Server", "Credential", "AuthType")
_UNIT_TEXT = ("City", "Country", "Description", "DisplayName", "PostalCode", "State", "StreetAddress")


@cmdlet(
    "New-ADOrganizationalUnit",
    ("Name", "Path", "ProtectedFromAccidentalDeletion", "ManagedBy", "OtherAttributes", "PassThru", *_UNIT_TEXT,
     *_COMMON),
    net_class=class_of("New-ADOrganizationalUnit"), module=_MODULE,
)  # fmt: skip
@guarded
def new_unit(call: Call) -> None:
    directory = connect(call, write=True)
    name = call.text("Name")
    dn = f"OU={names.escape(name)},{call.text('Path') or names.of_domain(directory.domain)}"
    if not call.should_process(dn, "New"):
        return
    attributes = {schema.attribute_of(key): [call.text(key)] for key in _UNIT_TEXT if call.text(key)}
    if call.has("ManagedBy"):
        attributes["managedBy"] = [principal(directory, call.get("ManagedBy")).dn]
    # Protected unless the caller says otherwise, as the cmdlet documents.
    guard = call.switch("ProtectedFromAccidentalDeletion") if call.has("ProtectedFromAccidentalDeletion") else True
    found = objects.insert(directory, dn, "organizationalUnit", attributes, now=call.world.clock.now(), protected=guard)
    if call.switch("PassThru"):
        call.write(present(directory, found, UNIT))


def _protect_and_modify(call: Call, kind: Kind) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), kind)
    if not call.should_process(found.dn, "Set"):
        return
    now = call.world.clock.now()
    for key in _UNIT_TEXT:
        if call.has(key):
            text = call.text(key)
            objects.replace(directory, found, schema.attribute_of(key), [text] if text else [], now)
    if call.has("ProtectedFromAccidentalDeletion"):
        found.protected = call.switch("ProtectedFromAccidentalDeletion")
    modify_attributes(call, directory, found)
    if call.switch("PassThru"):
        call.write(present(directory, found, kind))


_SET = ("Identity", "ProtectedFromAccidentalDeletion", "Add", "Remove", "Replace", "Clear", "PassThru", *_COMMON)


@cmdlet(
    "Set-ADOrganizationalUnit", (*_SET, *_UNIT_TEXT), net_class=class_of("Set-ADOrganizationalUnit"), module=_MODULE
)
@guarded
def set_unit(call: Call) -> None:
    _protect_and_modify(call, UNIT)


@cmdlet("Set-ADObject", (*_SET, "Description", "DisplayName"), net_class=class_of("Set-ADObject"), module=_MODULE)
@guarded
def set_object(call: Call) -> None:
    _protect_and_modify(call, OBJECT)


def _remove(call: Call, kind: Kind) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), kind)
    if call.should_process(found.dn, "Remove"):
        objects.remove(directory, found, recursive=call.switch("Recursive"))


_REMOVE = ("Identity", "Recursive", *_COMMON)


@cmdlet("Remove-ADOrganizationalUnit", _REMOVE, net_class=class_of("Remove-ADOrganizationalUnit"), idle=AUTH,
        module=_MODULE)  # fmt: skip
@guarded
def remove_unit(call: Call) -> None:
    _remove(call, UNIT)


@cmdlet("Remove-ADObject", _REMOVE, net_class=class_of("Remove-ADObject"), module=_MODULE, idle=AUTH)
@guarded
def remove_object(call: Call) -> None:
    _remove(call, OBJECT)


@cmdlet(
    "New-ADObject",
    ("Name", "Type", "Path", "Description", "DisplayName", "OtherAttributes", "ProtectedFromAccidentalDeletion",
     "PassThru", *_COMMON),
    net_class=class_of("New-ADObject"), module=_MODULE,
)  # fmt: skip
@guarded
def new_object(call: Call) -> None:
    directory = connect(call, write=True)
    prefix = "OU" if call.text("Type").lower() == "organizationalunit" else "CN"
    dn = f"{prefix}={names.escape(call.text('Name'))},{call.text('Path') or names.of_domain(directory.domain)}"
    if not call.should_process(dn, "New"):
        return
    named = (("Description", "description"), ("DisplayName", "displayName"))
    attributes = {key: [call.text(name)] for name, key in named if call.text(name)}
    table = call.get("OtherAttributes")
    if isinstance(table, Dictionary):
        for key, value in table.items():
            if not schema.knows(plain(key), objects.is_lync_ready(directory)):
                raise errors.no_such_attribute()
            attributes[schema.spelling(plain(key))] = texts(value)
    found = objects.insert(
        directory, dn, call.text("Type"), attributes, now=call.world.clock.now(),
        protected=call.switch("ProtectedFromAccidentalDeletion"),
    )  # fmt: skip
    if call.switch("PassThru"):
        call.write(present(directory, found, OBJECT))


@cmdlet("Move-ADObject", ("Identity", "TargetPath", "PassThru", *_COMMON), net_class=class_of("Move-ADObject"),
        module=_MODULE)  # fmt: skip
@guarded
def move_object(call: Call) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), OBJECT)
    if found.protected:
        raise errors.protected()
    if call.should_process(found.dn, "Move"):
        objects.rename(
            directory, found, f"{names.split(found.dn)[0]},{call.text('TargetPath')}", call.world.clock.now()
        )
        if call.switch("PassThru"):
            call.write(present(directory, found, OBJECT))


@cmdlet("Rename-ADObject", ("Identity", "NewName", "PassThru", *_COMMON), net_class=class_of("Rename-ADObject"),
        module=_MODULE)  # fmt: skip
@guarded
def rename_object(call: Call) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), OBJECT)
    if call.should_process(found.dn, "Rename"):
        prefix = names.split(found.dn)[0].partition("=")[0]
        new_dn = f"{prefix}={names.escape(call.text('NewName'))},{names.parent(found.dn)}"
        objects.rename(directory, found, new_dn, call.world.clock.now())
        if call.switch("PassThru"):
            call.write(present(directory, found, OBJECT))


def _controller_fqdn(directory: Directory) -> str:
    return f"{directory.controllers[0]}.{directory.domain}"


@cmdlet("Get-ADDomain", ("Identity", *_COMMON), net_class=class_of("Get-ADDomain"), idle=(*AUTH, "Current"),
        module=_MODULE)  # fmt: skip
@guarded
def get_domain(call: Call) -> None:
    directory = connect(call)
    _check_domain(call, directory)
    root = names.of_domain(directory.domain)
    controllers = ArrayList(f"{name}.{directory.domain}" for name in directory.controllers)
    first = _controller_fqdn(directory)
    found = directory.objects[root.lower()]
    call.write(
        entity(
            (f"{NAMESPACE}.ADDomain", f"{NAMESPACE}.ADPartition", f"{NAMESPACE}.ADObject", f"{NAMESPACE}.ADEntity"),
            {
                "AllowedDNSSuffixes": ArrayList(),
                "ChildDomains": ArrayList(),
                "ComputersContainer": f"CN=Computers,{root}",
                "DeletedObjectsContainer": f"CN=Deleted Objects,{root}",
                "DistinguishedName": root,
                "DNSRoot": directory.domain,
                "DomainControllersContainer": f"OU=Domain Controllers,{root}",
                "DomainMode": directory.domain_mode,
                "DomainSID": sid(directory.domain_sid),
                "ForeignSecurityPrincipalsContainer": f"CN=ForeignSecurityPrincipals,{root}",
                "Forest": directory.domain,
                "InfrastructureMaster": first,
                "LostAndFoundContainer": f"CN=LostAndFound,{root}",
                "Name": found.first("name"),
                "NetBIOSName": directory.netbios,
                "ObjectClass": "domainDNS",
                "ObjectGUID": guid(found.guid),
                "ParentDomain": None,
                "PDCEmulator": first,
                "ReadOnlyReplicaDirectoryServers": ArrayList(),
                "ReplicaDirectoryServers": controllers,
                "RIDMaster": first,
                "SystemsContainer": f"CN=System,{root}",
                "UsersContainer": f"CN=Users,{root}",
            },
            root,
        )
    )


def _check_domain(call: Call, directory: Directory) -> None:
    wanted = call.text("Identity").lower()
    if wanted and wanted not in (directory.domain, directory.netbios.lower(), names.of_domain(directory.domain).lower(),
                                 directory.domain_sid.lower()):  # fmt: skip
        exception = f"{NAMESPACE}.ADIdentityNotFoundException"
        raise CommandError(
            f"ActiveDirectoryCmdlet:{exception}", f"Cannot find an object with identity: '{call.text('Identity')}'.",
            "ObjectNotFound", call.get("Identity"), exception,
        )  # fmt: skip


@cmdlet("Get-ADForest", ("Identity", *_COMMON), net_class=class_of("Get-ADForest"), idle=(*AUTH, "Current"),
        module=_MODULE)  # fmt: skip
@guarded
def get_forest(call: Call) -> None:
    directory = connect(call)
    _check_domain(call, directory)
    call.write(_forest(directory))


def _forest(directory: Directory) -> object:
    first = _controller_fqdn(directory)
    partitions = directory.objects[f"CN=Partitions,{configuration_dn(directory)}".lower()]
    return entity(
        (f"{NAMESPACE}.ADForest", f"{NAMESPACE}.ADEntity"),
        {
            "ApplicationPartitions": ArrayList([f"DC=DomainDnsZones,{names.of_domain(directory.domain)}",
                                                f"DC=ForestDnsZones,{names.of_domain(directory.domain)}"]),
            "CrossForestReferences": ArrayList(),
            "DomainNamingMaster": first,
            "Domains": ArrayList([directory.domain]),
            "ForestMode": directory.forest_mode,
            "GlobalCatalogs": ArrayList(f"{name}.{directory.domain}" for name in directory.controllers),
            "Name": directory.domain,
            "PartitionsContainer": partitions.dn,
            "RootDomain": directory.domain,
            "SchemaMaster": first,
            "Sites": ArrayList(["Default-First-Site-Name"]),
            "SPNSuffixes": ArrayList(),
            "UPNSuffixes": ArrayList(partitions.values("uPNSuffixes")),
        },
        directory.domain,
    )  # fmt: skip


@cmdlet("Set-ADForest", ("Identity", "UPNSuffixes", "PassThru", *_COMMON), net_class=class_of("Set-ADForest"),
        module=_MODULE, idle=AUTH)  # fmt: skip
@guarded
def set_forest(call: Call) -> None:
    directory = connect(call, write=True)
    _check_domain(call, directory)
    if f"{directory.netbios.lower()}\\enterprise admins" not in call.session.identity.groups and not call.has(
        "Credential"
    ):
        raise errors.access_denied()
    if not call.should_process(directory.domain, "Set"):
        return
    partitions = directory.objects[f"CN=Partitions,{configuration_dn(directory)}".lower()]
    now = call.world.clock.now()
    table = call.get("UPNSuffixes")
    if isinstance(table, Dictionary):
        actions = {"add": objects.add_values, "remove": objects.remove_values, "replace": objects.replace}
        for key, value in table.items():
            actions[plain(key).lower()](directory, partitions, "uPNSuffixes", texts(value), now)
    elif call.has("UPNSuffixes") and table is None:
        objects.replace(directory, partitions, "uPNSuffixes", [], now)
    if call.switch("PassThru"):
        call.write(_forest(directory))


@cmdlet("Get-ADRootDSE", (*_COMMON,), net_class=class_of("Get-ADRootDSE"), module=_MODULE, idle=AUTH)
@guarded
def get_root_dse(call: Call) -> None:
    directory = connect(call)
    root = names.of_domain(directory.domain)
    call.write(
        entity(
            (f"{NAMESPACE}.ADRootDSE", f"{NAMESPACE}.ADEntity"),
            {
                "configurationNamingContext": configuration_dn(directory),
                "currentTime": None,
                "defaultNamingContext": root,
                "dnsHostName": _controller_fqdn(directory),
                "domainFunctionality": directory.domain_mode,
                "forestFunctionality": directory.forest_mode,
                "namingContexts": ArrayList([root, configuration_dn(directory), schema_dn(directory)]),
                "rootDomainNamingContext": root,
                "schemaNamingContext": schema_dn(directory),
            },
        )
    )


@cmdlet("Get-ADDomainController", ("Identity", "Filter", *_COMMON),
        net_class=class_of("Get-ADDomainController"), module=_MODULE, idle=(*AUTH, "Discover"))  # fmt: skip
@guarded
def get_controller(call: Call) -> None:
    directory = connect(call)
    if call.text("Filter", "*") != "*":
        raise NotBuilt(f"Get-ADDomainController -Filter {call.text('Filter')}")
    wanted = identity_text(call.get("Identity")).lower() if call.has("Identity") else ""
    for name in directory.controllers:
        if wanted and wanted not in (name.lower(), f"{name}.{directory.domain}".lower()):
            continue
        host = call.world.find_host(name)
        account = objects.find(directory, f"{name}$", None)
        call.write(
            entity(
                (f"{NAMESPACE}.ADDomainController", f"{NAMESPACE}.ADDirectoryServer", f"{NAMESPACE}.ADEntity"),
                {
                    "ComputerObjectDN": account.dn if account else None,
                    "Domain": directory.domain,
                    "Enabled": True,
                    "Forest": directory.domain,
                    "HostName": f"{name}.{directory.domain}",
                    "IPv4Address": host.addresses[0] if host and host.addresses else None,
                    "IsGlobalCatalog": True,
                    "IsReadOnly": False,
                    "Name": name.upper(),
                    "OperatingSystem": "Windows Server 2012 R2 Standard",
                    "Site": "Default-First-Site-Name",
                },
                f"{name}.{directory.domain}",
            )
        )


# Managed service accounts on the machine that uses them.


@cmdlet("Install-ADServiceAccount", ("Identity",), net_class=class_of("Install-ADServiceAccount"),
        module=_MODULE, idle=(*AUTH, "Force"))  # fmt: skip
@guarded
def install_service_account(call: Call) -> None:
    directory = connect(call)
    found = find(directory, call.get("Identity"), SERVICE_ACCOUNT)
    if not call.should_process(found.dn, "Install"):
        return
    if not service_accounts.may_use(directory, call.host.name, found.dn):
        exception = "Microsoft.ActiveDirectory.Management.ADException"
        raise CommandError(
            "InstallADServiceAccount:PerformOperation:InstallServiceAcccountFailure",
            "Cannot install service account. Error Message: '{Access Denied}\r\n"
            "A process has requested access to an object, but has not been granted those access rights.'.",
            "WriteError", call.get("Identity"), exception,
        )  # fmt: skip
    computer = objects.find(directory, f"{call.host.name}$", COMPUTER.classes)
    if computer is not None:
        objects.add_values(directory, computer, "msDS-HostServiceAccount", [found.dn], call.world.clock.now())


@cmdlet("Test-ADServiceAccount", ("Identity",), net_class=class_of("Test-ADServiceAccount"),
        module=_MODULE, idle=AUTH)  # fmt: skip
@guarded
def test_service_account(call: Call) -> None:
    directory = connect(call)
    found = find(directory, call.get("Identity"), SERVICE_ACCOUNT)
    usable = service_accounts.may_use(directory, call.host.name, found.dn)
    if not usable:
        call.warning(
            "Test failed for Managed Service Account "
            f"{found.first('name')}. If standalone Managed Service Account, the account is linked to another computer "
            "object in the Active Directory. If group Managed Service Account, either this computer does not have "
            "permission to use the group MSA or this computer does not support all the Kerberos encryption types "
            "required for the gMSA. See the MSA operational log for more information."
        )
    call.write(usable)


@cmdlet("Uninstall-ADServiceAccount", ("Identity",),
        net_class=class_of("Uninstall-ADServiceAccount"), module=_MODULE, idle=(*AUTH, "ForceRemoveLocal"))  # fmt: skip
@guarded
def uninstall_service_account(call: Call) -> None:
    directory = connect(call)
    found = find(directory, call.get("Identity"), SERVICE_ACCOUNT)
    computer = objects.find(directory, f"{call.host.name}$", COMPUTER.classes)
    if computer is not None and call.should_process(found.dn, "Uninstall"):
        objects.remove_values(directory, computer, "msDS-HostServiceAccount", [found.dn], call.world.clock.now())
