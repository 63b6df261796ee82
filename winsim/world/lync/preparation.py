"""Active Directory as Lync's preparation leaves it: schema, groups, containers, and the service connection point."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world.directory import Directory, DirectoryError, names, objects, state
from winsim.world.directory.forest import configuration_dn, schema_dn

if TYPE_CHECKING:
    from winsim.world.directory import DirectoryObject

SCHEMA_RANGE = 1150
ADMINISTRATION_GROUPS = ("RTCUniversalServerAdmins", "RTCUniversalUserAdmins", "RTCUniversalReadOnlyAdmins")
GROUPS = (
    *ADMINISTRATION_GROUPS,
    "RTCUniversalGlobalWriteGroup", "RTCUniversalGlobalReadOnlyGroup", "RTCUniversalUserReadOnlyGroup",
    "RTCUniversalServerReadOnlyGroup", "RTCUniversalSBATechnicians",
    "RTCHSUniversalServices", "RTCComponentUniversalServices", "RTCProxyUniversalServices",
    "RTCUniversalConfigReplicator", "RTCSBAUniversalServices",
    "CSAdministrator", "CSArchivingAdministrator", "CSHelpDesk", "CSLocationAdministrator",
    "CSResponseGroupAdministrator", "CSServerAdministrator", "CSUserAdministrator", "CSViewOnlyAdministrator",
    "CSVoiceAdministrator", "CsPersistentChatAdministrator", "CsResponseGroupManager",
)  # fmt: skip
_READERS = ("RTCUniversalGlobalReadOnlyGroup", "RTCUniversalServerReadOnlyGroup", "RTCUniversalUserReadOnlyGroup")
NESTING = {
    "RTCUniversalServerAdmins": (*_READERS, "RTCUniversalGlobalWriteGroup"),
    "RTCUniversalUserAdmins": _READERS,
    "RTCUniversalReadOnlyAdmins": _READERS,
    "RTCHSUniversalServices": _READERS,
    "RTCComponentUniversalServices": _READERS,
}


def schema_object(directory: Directory) -> str:
    return f"CN=ms-RTC-SIP-SchemaVersion,{schema_dn(directory)}"


def service_container(directory: Directory) -> str:
    return f"CN=RTC Service,CN=Services,{configuration_dn(directory)}"


def connection_point(directory: Directory) -> str:
    return f"CN=Topology Settings,{service_container(directory)}"


def extend_schema(directory: Directory, now: datetime) -> None:
    if objects.get(directory, schema_object(directory)) is None:
        objects.insert(
            directory, schema_object(directory), "attributeSchema",
            {"rangeUpper": [str(SCHEMA_RANGE)], "rangeLower": ["3"]}, now=now,
        )  # fmt: skip


def is_forest_ready(directory: Directory) -> bool:
    return objects.get(directory, f"CN=Global Settings,{service_container(directory)}") is not None


def prepare_forest(directory: Directory, now: datetime) -> None:
    """Containers and groups; running it again adds what is missing."""
    users = f"CN=Users,{names.of_domain(directory.domain)}"
    for dn, kind in ((service_container(directory), "container"),
                     (f"CN=Global Settings,{service_container(directory)}", "msRTCSIP-GlobalContainer")):  # fmt: skip
        if objects.get(directory, dn) is None:
            objects.insert(directory, dn, kind, now=now)
    for name in GROUPS:
        dn = f"CN={name},{users}"
        if objects.get(directory, dn) is None:
            kind = str(state.UNIVERSAL_GROUP | state.SECURITY_GROUP)
            objects.insert(directory, dn, "group", {"sAMAccountName": [name], "groupType": [kind]}, now=now)
    for member, groups in NESTING.items():
        for group in groups:
            try:
                objects.add_member(directory, f"CN={group},{users}", f"CN={member},{users}")
            except DirectoryError:
                continue


def unprepare_forest(directory: Directory) -> None:
    users = f"CN=Users,{names.of_domain(directory.domain)}"
    for name in GROUPS:
        found = objects.get(directory, f"CN={name},{users}")
        if found is not None:
            objects.remove(directory, found)
    container = objects.get(directory, service_container(directory))
    if container is not None:
        objects.remove(directory, container, recursive=True)


_DOMAIN_MARK = "msRTCSIP-DomainName"


def is_domain_ready(directory: Directory) -> bool:
    root = objects.get(directory, f"CN=Users,{names.of_domain(directory.domain)}")
    return root is not None and bool(root.values(_DOMAIN_MARK))


def prepare_domain(directory: Directory, now: datetime) -> None:
    """Permissions on the domain; they are kept as a mark, since the lab does not model their single entries."""
    root = directory.objects[f"CN=Users,{names.of_domain(directory.domain)}".lower()]
    objects.replace(directory, root, _DOMAIN_MARK, [directory.domain], now)


def unprepare_domain(directory: Directory, now: datetime) -> None:
    root = directory.objects[f"CN=Users,{names.of_domain(directory.domain)}".lower()]
    objects.replace(directory, root, _DOMAIN_MARK, [], now)


def store_location(directory: Directory) -> str:
    """``fe01.corp.contoso.com\\rtc``; empty when there is no service connection point."""
    found = objects.get(directory, connection_point(directory))
    return found.first("msRTCSIP-BackEndServer") if found else ""


def set_store_location(directory: Directory, location: str, now: datetime) -> None:
    dn = connection_point(directory)
    found = objects.get(directory, dn)
    if found is None:
        found = objects.insert(directory, dn, "msRTCSIP-GlobalTopologySetting", now=now)
    objects.replace(directory, found, "msRTCSIP-BackEndServer", [location], now)


def remove_store_location(directory: Directory) -> bool:
    found = objects.get(directory, connection_point(directory))
    if found is not None:
        objects.remove(directory, found)
    return found is not None


def group(directory: Directory, name: str) -> DirectoryObject | None:
    return objects.get(directory, f"CN={name},CN=Users,{names.of_domain(directory.domain)}")
