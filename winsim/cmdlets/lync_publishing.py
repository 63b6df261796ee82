"""The central management store and the topology: databases, location, publish, enable, export and import."""

from __future__ import annotations

import io
import json
import zipfile

from winsim.cmdlets.lync_common import (
    BASE,
    MODULE,
    changed,
    class_of,
    configuration,
    directory,
    failed,
    loaded_version,
    local_administrator,
    local_server,
    reported,
    store,
    topology,
)
from winsim.cmdlets.products import QUIET, entity, in_group, plain
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import Array, Byte
from winsim.world import codec
from winsim.world.directory import Directory, DirectoryError, names, objects
from winsim.world.host import Host
from winsim.world.lync import (
    Configuration,
    LyncServer,
    ManagementStore,
    Topology,
    TopologyError,
    machine,
    preparation,
    replication,
    setup,
    updates,
    users,
)
from winsim.world.lync import topology as documents
from winsim.world.shares import find_file, locate

_AREA = "Deployment"
_EXCEPTION = f"{BASE}.Deployment.DeploymentException"
SERVER_GROUPS = ("RTCHSUniversalServices", "RTCComponentUniversalServices", "RTCUniversalConfigReplicator")


def refused(message: str, category: str = "InvalidOperation") -> CommandError:
    return failed(f"Command execution failed: {message}", category, _EXCEPTION)


def _sql_host(call: Call, instance: str) -> tuple[Host, LyncServer]:
    """The machine with the SQL instance: by its full name, reachable, and the caller a sysadmin there."""
    name = call.text("SqlServerFqdn")
    if "." not in name:
        raise refused(f'The SQL Server name "{name}" is not a fully qualified domain name.', "InvalidArgument")
    host = call.world.find_host(name)
    server = host.parts.find(LyncServer) if host else None
    reached = host is not None and bool(call.world.resolve(call.host, name))
    if host is None or server is None or not reached or instance.upper() not in server.sql_instances:
        raise refused(f'Cannot connect to the SQL Server instance "{name}\\{instance}".', "ConnectionError")
    if not host.services.running(f"MSSQL${instance.upper()}"):
        raise refused(f'The SQL Server instance "{name}\\{instance}" is not running.', "ConnectionError")
    if host is not call.host and not call.session.identity.delegated:
        raise refused(f'Login failed for the SQL Server instance "{name}\\{instance}".', "PermissionDenied")
    return host, server


@cmdlet(
    "Install-CsDatabase",
    ("CentralManagementDatabase", "ConfiguredDatabases", "SqlServerFqdn",
     "SqlInstanceName", "Clean", "Update"),
    net_class=class_of("Install-CsDatabase", _AREA), module=MODULE,
    idle=(*QUIET, "LocalDatabases", "UseDefaultSqlPaths"),  # what is done without the other switches
)  # fmt: skip
@reported
def install_database(call: Call) -> None:
    if call.switch("Clean") and call.switch("Update"):
        raise refused("The parameters Clean and Update cannot be used together.", "InvalidArgument")
    if call.switch("CentralManagementDatabase"):
        _install_store(call)
    elif call.switch("ConfiguredDatabases"):
        parsed = topology(call, store(call).configuration)
        host, server = (
            _sql_host(call, call.text("SqlInstanceName") or "rtc")
            if _has_stores(call, parsed)
            else (call.host, local_server(call))
        )
        if "UserStore" in machine.roles_here(parsed, host.fqdn):
            updates.bring_up(server, updates.POOL_DATABASES, loaded_version(call), make=not call.switch("Update"))
    else:
        server = local_server(call)
        if not server.sql_instances:
            raise refused("There is no SQL Server instance of Lync Server on this computer.", "ObjectNotFound")
        updates.bring_up(server, updates.POOL_DATABASES, loaded_version(call), make=False)
    call.world.touch()


def _has_stores(call: Call, parsed: Topology) -> bool:
    return "UserStore" in machine.roles_here(parsed, call.text("SqlServerFqdn"))


def _install_store(call: Call) -> None:
    found = directory(call)
    if not preparation.is_forest_ready(found):
        raise refused("The forest has not been prepared for Lync Server.")
    instance = call.text("SqlInstanceName") or "rtc"
    host, server = _sql_host(call, instance)
    if not host.is_administrator(call.session.identity.user, call.session.identity.groups):
        raise refused(f'Login failed for user "{call.session.identity.user}".', "PermissionDenied")
    present = call.world.parts.find(ManagementStore)
    if not call.should_process(host.fqdn, "Install-CsDatabase"):
        return
    if present is None or present.server != host.fqdn.lower() or call.switch("Clean"):
        call.world.parts.put(ManagementStore(host.fqdn.lower(), instance.lower()))
    updates.bring_up(server, updates.STORE_DATABASES, loaded_version(call), make=not call.switch("Update"))


@cmdlet("Uninstall-CsDatabase",
        ("Force", "CentralManagementDatabase", "DatabaseType", "SqlServerFqdn", "SqlInstanceName"),
        net_class=class_of("Uninstall-CsDatabase", _AREA), module=MODULE)  # fmt: skip
@reported
def uninstall_database(call: Call) -> None:
    host, server = _sql_host(call, call.text("SqlInstanceName") or "rtc")
    if call.switch("CentralManagementDatabase"):
        found = call.world.parts.find(ManagementStore)
        parsed = found.configuration.read_topology() if found else None
        if parsed is not None and parsed.clusters and not call.switch("Force"):
            raise refused("The Central Management database is in use. Use Force to remove it.")
        gone = ["xds", "lis"]
    else:
        kinds = {"user": ["rtcxds", "rtcshared", "rtcab"], "application": ["rgsconfig", "rgsdyn", "cpsdyn"]}
        kind = call.text("DatabaseType").lower()
        if kind not in kinds:
            raise NotBuilt(f"Uninstall-CsDatabase -DatabaseType {call.text('DatabaseType')}")
        gone = kinds[kind]
    if not call.should_process(host.fqdn, "Uninstall-CsDatabase"):
        return
    server.databases = {name: level for name, level in server.databases.items() if name not in gone}
    if "xds" in gone:
        call.world.parts.drop(ManagementStore)
    call.world.touch()


@cmdlet("Test-CsDatabase", ("CentralManagementDatabase", "SqlServerFqdn", "SqlInstanceName"),
        net_class=class_of("Test-CsDatabase", _AREA), module=MODULE,
        idle=("ConfiguredDatabases",))  # fmt: skip  # what it tests without the other switch
@reported
def test_database(call: Call) -> None:
    """Connects to each database: whether it is there, and of which version beside the one that this shell expects."""
    host, server = (
        _sql_host(call, call.text("SqlInstanceName") or "rtc")
        if call.has("SqlServerFqdn")
        else (call.host, local_server(call))
    )
    central = call.switch("CentralManagementDatabase")
    for name in updates.STORE_DATABASES if central else updates.POOL_DATABASES:
        values = {
            "SqlServerFqdn": host.fqdn,
            "SqlInstanceName": "rtc",
            "DatabaseName": name,
            "ExpectedVersion": loaded_version(call),
            "InstalledVersion": server.databases.get(name, ""),
            "Succeed": name in server.databases,
        }
        call.write(entity((f"{BASE}.Deployment.DatabaseState",), values))


@cmdlet("Set-CsConfigurationStoreLocation",
        ("SqlServerFqdn", "SqlInstanceName", "SkipLookup"),
        net_class=class_of("Set-CsConfigurationStoreLocation", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def set_location(call: Call) -> None:
    found = directory(call)
    _server_administrator(call)
    instance = call.text("SqlInstanceName")
    name = call.text("SqlServerFqdn")
    if not call.switch("SkipLookup"):
        _sql_host(call, instance or "rtc")
    if call.should_process(name, "Set-CsConfigurationStoreLocation"):
        location = f"{name.lower()}\\{instance.lower()}" if instance else name.lower()
        preparation.set_store_location(found, location, call.world.clock.now())
        call.world.touch()


def _server_administrator(call: Call) -> None:
    if not in_group(call, "RTCUniversalServerAdmins"):
        raise failed("Insufficient access rights to perform the operation.", "PermissionDenied", _EXCEPTION)


@cmdlet("Remove-CsConfigurationStoreLocation", (),
        net_class=class_of("Remove-CsConfigurationStoreLocation", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def remove_location(call: Call) -> None:
    found = directory(call)
    _server_administrator(call)
    if call.should_process(found.domain, "Remove-CsConfigurationStoreLocation"):
        preparation.remove_store_location(found)
        call.world.touch()


def _read(call: Call, path: str) -> bytes:
    found = find_file(call.world, call.host, path)
    if found is None or found.is_directory:
        raise refused(f'Could not find file "{path}".', "ObjectNotFound")
    return found.content


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16")
        # The declaration speaks of the bytes that were read.
        return text.replace('encoding="utf-16"', 'encoding="utf-8"').replace("encoding='utf-16'", 'encoding="utf-8"')
    return content.decode("utf-8-sig")


@cmdlet("Publish-CsTopology", ("FileName", "Document", "FinalizeUninstall"),
        net_class=class_of("Publish-CsTopology", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def publish_topology(call: Call) -> None:
    found = store(call, write=True)
    if call.switch("FinalizeUninstall"):
        _finalize(call, found)
        return
    text = plain(call.get("Document")) if call.has("Document") else _decode(_read(call, call.text("FileName")))
    try:
        parsed = documents.parse(text)
    except TopologyError as error:
        raise refused(f"The topology is not valid. {error}", "InvalidData") from None
    _check_removed(call, found, parsed)
    if call.should_process(call.text("FileName") or "topology", "Publish-CsTopology"):
        found.configuration.topology = text
        found.configuration.published = True
        changed(call, found)


def _check_removed(call: Call, found: ManagementStore, parsed: Topology) -> None:
    """A pool goes only without users, conference directories and the management store on it."""
    before = found.configuration.read_topology()
    if before is None:
        return
    kept = {one.fqdn.lower() for one in parsed.clusters}
    homes = {users.pool_of(one).lower() for one in users.all_users(directory(call))}
    for cluster in before.clusters:
        fqdn = cluster.fqdn.lower()
        if fqdn in kept:
            continue
        if fqdn in homes:
            raise refused(f'The pool "{cluster.fqdn}" cannot be removed: users are homed on it.')
        if fqdn in found.configuration.conference_directories.values():
            raise refused(f'The pool "{cluster.fqdn}" cannot be removed: it has conference directories.')
        if fqdn == found.server:
            raise refused(f'The pool "{cluster.fqdn}" cannot be removed: it hosts the Central Management store.')


def _finalize(call: Call, found: ManagementStore) -> None:
    if users.all_users(directory(call)):
        raise refused("The topology cannot be removed: users are enabled for Lync Server.")
    if found.configuration.conference_directories:
        raise refused("The topology cannot be removed: conference directories exist.")
    parsed = topology(call, found.configuration)
    if call.should_process("topology", "Publish-CsTopology"):
        found.configuration.topology = _emptied(found.configuration.topology)
        found.configuration.collections.clear()
        found.configuration.identities.clear()
        found.configuration.enabled.clear()
        _leave_directory(call, parsed)
        changed(call, found)


def _emptied(text: str) -> str:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(text.encode())
    for tag in ("Clusters", "SqlInstances", "Services"):
        part = root.find(f"{{{documents.NAMESPACE}}}{tag}")
        for child in list(part) if part is not None else ():
            part.remove(child)  # type: ignore[union-attr]
    return ElementTree.tostring(root, encoding="unicode")


def _leave_directory(call: Call, parsed: Topology) -> None:
    found = directory(call)
    for cluster in parsed.clusters:
        for fqdn in cluster.machines:
            account = objects.find(found, fqdn.partition(".")[0] + "$", frozenset({"computer"}))
            if account is not None:
                objects.remove_values(found, account, "servicePrincipalName", _principals(fqdn), call.world.clock.now())


def _principals(fqdn: str) -> list[str]:
    return [f"sip/{fqdn.lower()}", f"http/{fqdn.lower()}"]


@cmdlet("Enable-CsTopology", (), net_class=class_of("Enable-CsTopology", _AREA),
        module=MODULE, idle=QUIET)  # fmt: skip
@reported
def enable_topology(call: Call) -> None:
    """Groups, service principal names and folders of what is published."""
    found = store(call, write=True)
    parsed = topology(call, found.configuration)
    if not in_group(call, "Domain Admins"):
        raise refused("Insufficient rights: run as a domain administrator or grant set-up permissions.",
                      "PermissionDenied")  # fmt: skip
    if not call.should_process("topology", "Enable-CsTopology"):
        return
    forest = directory(call)
    for cluster in parsed.clusters:
        for fqdn in cluster.machines if cluster.needs_setup else ():
            _enable_machine(call, forest, fqdn)
            if fqdn.lower() not in found.configuration.enabled:
                found.configuration.enabled.append(fqdn.lower())
    for service in parsed.services:
        if service.role == "FileStore":
            _share_folders(call, parsed, service)
        if service.role == "UserServices":
            pool = parsed.cluster_of(service).fqdn.lower()
            directories = found.configuration.conference_directories
            if pool not in directories.values():
                directories[str(len(directories) + 1)] = pool
    changed(call, found)


def _enable_machine(call: Call, forest: Directory, fqdn: str) -> None:
    account = objects.find(forest, fqdn.partition(".")[0] + "$", frozenset({"computer"}))
    if account is None:
        raise refused(f'The computer account of "{fqdn}" was not found in Active Directory.', "ObjectNotFound")
    base = f"CN=Users,{names.of_domain(forest.domain)}"
    for group in SERVER_GROUPS:
        try:
            objects.add_member(forest, f"CN={group},{base}", account.dn)
        except DirectoryError:
            continue
    try:
        objects.add_values(forest, account, "servicePrincipalName", _principals(fqdn), call.world.clock.now())
    except DirectoryError as error:
        raise refused(f'The service principal name "sip/{fqdn}" cannot be set: {error.message}') from None


def _share_folders(call: Call, parsed: Topology, service: documents.Service) -> None:
    cluster = parsed.cluster_of(service)
    path = rf"\\{cluster.fqdn}\{service.setting('ShareName')}"
    place = locate(call.world, call.host, path)
    if place is None or not place[0].files.is_directory(place[1].rstrip("\\")):
        raise refused(f'The file share "{path}" cannot be accessed.', "ObjectNotFound")
    host, root = place
    for other in parsed.services_of(cluster.fqdn):
        if other.role in ("WebServices", "UserServices", "ApplicationServer", "CentralMgmt", "ConfServices"):
            host.files.make_directory(rf"{root.rstrip(chr(92))}\{other.id}")


@cmdlet("Export-CsConfiguration", ("AsBytes", "FileName", "Force", "LocalStore"),
        net_class=class_of("Export-CsConfiguration"), module=MODULE)  # fmt: skip
@reported
def export_configuration(call: Call) -> None:
    found = configuration(call)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("DocItemSet.json", (2013, 10, 1, 0, 0, 0))
        archive.writestr(entry, json.dumps(codec.encode(found)))
    content = buffer.getvalue()
    if call.switch("AsBytes"):
        call.write(Array((Byte(one) for one in content), "System.Byte"))
        return
    path = call.text("FileName")
    if call.host.files.exists(path) and not call.switch("Force"):
        raise refused(f'The file "{path}" already exists.', "ResourceExists")
    call.host.files.write(path, content)


@cmdlet("Import-CsConfiguration", ("ByteInput", "FileName", "LocalStore"),
        net_class=class_of("Import-CsConfiguration"), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def import_configuration(call: Call) -> None:
    if call.has("ByteInput"):
        value = call.get("ByteInput")
        content = bytes(int(one) for one in value) if isinstance(value, list) else b""
    else:
        content = _read(call, call.text("FileName"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            imported = codec.decode(json.loads(archive.read("DocItemSet.json")))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise refused("The configuration is not valid.", "InvalidData") from None
    if not isinstance(imported, Configuration):
        raise refused("The configuration is not valid.", "InvalidData")
    if not call.switch("LocalStore"):
        raise NotBuilt("Import-CsConfiguration into the Central Management store")
    local_administrator(call)
    server = local_server(call)
    if not call.host.services.running("MSSQL$RTCLOCAL"):
        raise refused("The local configuration store is not installed.", "ResourceUnavailable")
    if call.should_process(call.host.fqdn, "Import-CsConfiguration"):
        server.local = imported
        call.world.touch()


@cmdlet("Enable-CsReplica", (), net_class=class_of("Enable-CsReplica", _AREA), module=MODULE, idle=QUIET)
@reported
def enable_replica(call: Call) -> None:
    local_administrator(call)
    directory(call)
    server = local_server(call)
    if call.host.services.find("REPLICA") is None:
        raise refused("The local configuration store is not installed on this computer.", "ObjectNotFound")
    if call.should_process(call.host.fqdn, "Enable-CsReplica"):
        server.replica_enabled = True
        found = call.world.parts.find(ManagementStore)
        if found is not None:
            replication.send(call.world, found, replication.BY_ITSELF, call.host.fqdn)
        call.world.touch()


@cmdlet("Enable-CsComputer", (), net_class=class_of("Enable-CsComputer", _AREA), module=MODULE, idle=QUIET)
@reported
def enable_computer(call: Call) -> None:
    local_administrator(call)
    directory(call)
    server = local_server(call)
    parsed = server.local.read_topology() if server.local else None
    if parsed is None or parsed.cluster_with(call.host.fqdn) is None:
        raise refused(f'The computer "{call.host.fqdn}" was not found in the topology.', "ObjectNotFound")
    if call.should_process(call.host.fqdn, "Enable-CsComputer"):
        server.activated = True
        call.world.touch()


@cmdlet("Disable-CsComputer", ("Scorch",), idle=QUIET,
        net_class=class_of("Disable-CsComputer", _AREA), module=MODULE)  # fmt: skip
@reported
def disable_computer(call: Call) -> None:
    local_administrator(call)
    server = local_server(call)
    if call.should_process(call.host.fqdn, "Disable-CsComputer"):
        server.activated = False
        if call.switch("Scorch"):
            setup.scorch(call.world, call.host)
        call.world.touch()


@cmdlet("Get-CsConferenceDirectory", ("Identity", "LocalStore"),
        net_class=class_of("Get-CsConferenceDirectory"), module=MODULE)  # fmt: skip
@reported
def get_conference_directory(call: Call) -> None:
    for number, pool in configuration(call).conference_directories.items():
        if not call.has("Identity") or call.text("Identity") == number:
            call.write(
                entity(
                    (f"{BASE}.Xds.ConferenceDirectory",),
                    {"Identity": number, "ServiceId": f"UserServer:{pool}", "Description": None},
                    number,
                )
            )


@cmdlet("Remove-CsConferenceDirectory", ("Identity",), net_class=class_of("Remove-CsConferenceDirectory"),
        module=MODULE, idle=QUIET)  # fmt: skip
@reported
def remove_conference_directory(call: Call) -> None:
    found = store(call, write=True)
    number = call.text("Identity")
    if number not in found.configuration.conference_directories:
        raise failed(f'Cannot find "ConferenceDirectory" "{number}" because it does not exist.', "ObjectNotFound",
                     id="MissingItem")  # fmt: skip
    if call.should_process(number, "Remove-CsConferenceDirectory"):
        del found.configuration.conference_directories[number]
        changed(call, found)
