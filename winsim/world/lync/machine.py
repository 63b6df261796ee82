"""What Lync set-up leaves on a machine: Windows services, web sites, files, registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.iis.installation import new_site
from winsim.world.iis.server import POOLS, SITES, Iis, editing, find_site, is_installed
from winsim.world.services import Service

from .state import LyncServer
from .topology import Topology

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

INTERNAL_SITE = "Lync Server Internal Web Site"
EXTERNAL_SITE = "Lync Server External Web Site"
HOME = r"C:\Program Files\Microsoft Lync Server 2013"
COMMON = r"C:\Program Files\Common Files\Microsoft Lync Server 2013"
MODULE = COMMON + r"\Modules\Lync"
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
WINDOWS_AUTHENTICATION = "system.webServer/security/authentication/windowsAuthentication"
HOOK = "winsim.world.lync.services"
FRONT_END = "winsim.world.lync.front_end"
RELEASED = "5.0.8308.0"  # what the medium holds

# service, display name, account, roles that bring it, role names that Get-CsWindowsService shows
SERVICES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("MASTER", "Lync Server Master Replicator Agent", ("CentralMgmt",), ("CentralManagement",)),
    ("FTA", "Lync Server File Transfer Agent", ("CentralMgmt",), ("CentralManagement",)),
    ("RTCCLSAGT", "Lync Server Centralized Logging Service Agent", ("*",), ("ClsAgent",)),
    ("RTCSRV", "Lync Server Front-End", ("Registrar",), ("Registrar", "UserServer")),
    ("RTCIMMCU", "Lync Server IM Conferencing", ("ConfServices",), ("ConferencingServer",)),
    ("RTCDATAMCU", "Lync Server Web Conferencing", ("ConfServices",), ("ConferencingServer",)),
    ("RTCAVMCU", "Lync Server Audio/Video Conferencing", ("ConfServices",), ("ConferencingServer",)),
    ("RTCASMCU", "Lync Server Application Sharing", ("ConfServices",), ("ConferencingServer",)),
    ("RTCCAA", "Lync Server Conferencing Attendant", ("ApplicationServer",), ("ApplicationServer",)),
    ("RTCCAS", "Lync Server Conferencing Announcement", ("ApplicationServer",), ("ApplicationServer",)),
    ("RTCRGS", "Lync Server Response Group", ("ApplicationServer",), ("ApplicationServer",)),
    ("RTCCPS", "Lync Server Call Park", ("ApplicationServer",), ("ApplicationServer",)),
    ("RTCATS", "Lync Server Audio Test Service", ("ApplicationServer",), ("ApplicationServer",)),
)
REPLICA = ("REPLICA", "Lync Server Replica Replicator Agent")

PRODUCTS = {
    "OcsCore": ("Microsoft Lync Server 2013, Core Components", "{8901ADFC-435C-4E37-9045-9E2E7A613285}"),
    "AdminTools": ("Microsoft Lync Server 2013, Administrative Tools", "{6408FD69-B5A4-48C7-9484-F3EA3C847279}"),
    "FrontEnd": ("Microsoft Lync Server 2013, Front End Server", "{A766C25B-A1D1-4711-A726-AC3E7CA4AAB3}"),
    "WebComponents": (
        "Microsoft Lync Server 2013, Web Components Server", "{2A65AB9C-57AD-4EC6-BD4E-BD61A7C583B3}"
    ),
    "ConfServer": ("Microsoft Lync Server 2013, Conferencing Server", "{F0A42B4D-3F6E-4E3B-8E0A-5B4D0A1C9D11}"),
    "AppHost": ("Microsoft Lync Server 2013, Application Host", "{0E5F5B9A-61E5-4B84-9B1F-1E8D1F4B7C22}"),
    "CentralMgmt": (
        "Microsoft Lync Server 2013, Central Management Server", "{3C7B9E2F-8D1A-4F6B-A5C3-7E9D2B4A6F33}"
    ),
}  # fmt: skip


def server_of(host: Host) -> LyncServer | None:
    return host.parts.find(LyncServer)


def core_package(world: World, host: Host, installing: bool) -> None:
    """OcsCore.msi: the module, the deployment folder and the programs in it."""
    del world
    if not installing:
        host.modules.pop("lync", None)
        _forget(host, "OcsCore")
        for path in (MODULE.rpartition(r"\Modules")[0], HOME + r"\Deployment"):
            if host.files.exists(path):
                host.files.remove(path)
        left = host.parts.find(LyncServer)
        if left is not None and not left.products and not left.sql_instances:
            host.parts.drop(LyncServer)
        return
    server = host.parts.need(LyncServer)
    host.files.make_directory(MODULE)
    host.files.write(MODULE + r"\Lync.psd1", b"@{ ModuleVersion = '5.0.0.0' }\r\n")
    host.files.make_directory(HOME + r"\Deployment\Setup")
    for name in ("Bootstrapper.exe", "Deploy.exe"):
        host.files.write(rf"{HOME}\Deployment\{name}", b"MZ").version = server.version
    host.modules["lync"] = MODULE
    _remember(server, "OcsCore")


def tools_package(world: World, host: Host, installing: bool) -> None:
    """AdminTools.msi: nothing that the lab models besides the product itself."""
    del world
    if installing:
        _remember(host.parts.need(LyncServer), "AdminTools")
    else:
        _forget(host, "AdminTools")


def _remember(server: LyncServer, product: str) -> None:
    if product not in server.products:
        server.products.append(product)


def _forget(host: Host, product: str) -> None:
    server = host.parts.find(LyncServer)
    if server is not None and product in server.products:
        server.products.remove(product)


def install_core(world: World, host: Host, version: str) -> LyncServer:
    """Core components and administrative tools of a given update level."""
    server = host.parts.need(LyncServer)
    server.version = version
    core_package(world, host, True)
    for product in ("OcsCore", "AdminTools"):
        register_product(host, product, version)
    return server


def register_product(host: Host, product: str, version: str) -> None:
    """A product in Programs and Features; one that is there keeps its version."""
    server = host.parts.need(LyncServer)
    name, code = PRODUCTS[product]
    key = rf"{UNINSTALL}\{code}"
    if host.registry.find(key) is None:
        host.registry.set(key, "DisplayVersion", version)
    host.registry.set(key, "DisplayName", name)
    host.registry.set(key, "Publisher", "Microsoft Corporation")
    _remember(server, product)


def unregister_product(host: Host, product: str) -> None:
    host.registry.remove(rf"{UNINSTALL}\{PRODUCTS[product][1]}")
    _forget(host, product)


SQL_SETUP_FOLDER = r"C:\Program Files\Microsoft SQL Server\110\Setup Bootstrap\SQLServer2012"


def add_sql_instance(host: Host, name: str) -> None:
    """A SQL Server 2012 Express instance with its service."""
    server = host.parts.need(LyncServer)
    if name not in server.sql_instances:
        server.sql_instances.append(name)
    host.services.add(
        Service(f"MSSQL${name}", f"SQL Server ({name})", "Running", "Automatic", account="NT AUTHORITY\\NetworkService")
    )
    host.registry.set(r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL", name, f"MSSQL11.{name}")
    host.files.make_directory(SQL_SETUP_FOLDER)
    host.files.write(rf"{SQL_SETUP_FOLDER}\setup.exe", b"MZ")


def remove_sql_instance(host: Host, name: str) -> None:
    server = host.parts.need(LyncServer)
    if name in server.sql_instances:
        server.sql_instances.remove(name)
    host.services.remove(f"MSSQL${name}")
    if name.upper() == "RTC":
        server.databases.clear()
    if not server.sql_instances:
        _drop_sql_server(host)
    key = host.registry.find(r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL")
    if key is not None:
        key.drop(name)


def _drop_sql_server(host: Host) -> None:
    """With the last instance its shared files and settings go."""
    if host.files.exists(r"C:\Program Files\Microsoft SQL Server"):
        host.files.remove(r"C:\Program Files\Microsoft SQL Server")
    host.registry.remove(r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server")


def add_replica(host: Host) -> None:
    """The local configuration store: its SQL instance and the replicator."""
    add_sql_instance(host, "RTCLOCAL")
    host.services.add(Service(*REPLICA, "Stopped", "Automatic", depends_on=["MSSQL$RTCLOCAL"]))
    host.files.make_directory(r"C:\RtcReplicaRoot\xds-replica")


def roles_here(topology: Topology, fqdn: str) -> list[str]:
    cluster = topology.cluster_with(fqdn)
    return [one.role for one in topology.services_of(cluster.fqdn)] if cluster else []


def install_roles(host: Host, topology: Topology, version: str = RELEASED) -> None:
    """The roles that the topology gives to this machine: products of the medium, services and web sites."""
    roles = roles_here(topology, host.fqdn)
    products = {"Registrar": "FrontEnd", "WebServices": "WebComponents", "ConfServices": "ConfServer",
                "ApplicationServer": "AppHost", "CentralMgmt": "CentralMgmt"}  # fmt: skip
    for role, product in products.items():
        if role in roles:
            register_product(host, product, version)
    if "Registrar" in roles:
        add_sql_instance(host, "LYNCLOCAL")
    for name, display, needed, _ in SERVICES:
        if "*" in needed or set(needed) & set(roles):
            needs = ["MSSQL$RTCLOCAL"] if name == "RTCSRV" else []
            host.services.add(
                Service(name, display, "Stopped", "Automatic", depends_on=needs,
                        account="NT AUTHORITY\\NetworkService", hook=FRONT_END if name == "RTCSRV" else HOOK)
            )  # fmt: skip
    if "WebServices" in roles:
        add_sites(host)


def remove_roles(host: Host) -> None:
    for name, *_ in SERVICES:
        host.services.remove(name)
    for product in list(host.parts.need(LyncServer).products):
        if product not in ("OcsCore", "AdminTools"):
            unregister_product(host, product)
    remove_sites(host)


def add_sites(host: Host) -> None:
    """The internal site on 80 and 443, the external one on 8080 and 4443, each with its application pools."""
    if not is_installed(host):
        return
    web = HOME + r"\Web Components"
    with editing(host) as document:
        pools = document.need_section(POOLS)
        for side in ("Int", "Ext"):
            for name in ("Signin", "Ucwa", "Autodiscover", "WebTicket"):
                if pools.member("add", name=f"Lync{side}{name}") is None:
                    pools.add(pools.make_member({"name": f"Lync{side}{name}", "managedRuntimeVersion": "v4.0"}))
        sites = document.need_section(SITES)
        default = sites.member("site", name="Default Web Site")
        if default is not None:
            sites.members.remove(default)  # the internal site takes its place on port 80
        for index, (name, plain, secure, side) in enumerate(
            ((INTERNAL_SITE, 80, 443, "Int"), (EXTERNAL_SITE, 8080, 4443, "Ext"))
        ):
            if sites.member("site", name=name) is None:
                folder = rf"{web}\{side}"
                host.files.make_directory(folder)
                site = new_site(sites, name, 34577 + index, "http", f"*:{plain}:", folder, f"Lync{side}Signin")
                bindings = site.child("bindings")
                bindings.add(bindings.make_member({"protocol": "https", "bindingInformation": f"*:{secure}:"}))
                for path in ("WebTicket", "Autodiscover", "ucwa"):
                    host.files.make_directory(rf"{folder}\{path}")
                sites.add(site)
                document.need_section(WINDOWS_AUTHENTICATION, f"{name}/WebTicket").set("enabled", "true")
    table = host.parts.need(Iis).applications
    for name, handler in ((INTERNAL_SITE, "internal"), (EXTERNAL_SITE, "external")):
        table[name.lower()] = f"winsim.web.lync:{handler}"


def add_passive_pages(host: Host) -> None:
    """The application of passive authentication, which an update brings."""
    for side in ("Int", "Ext"):
        host.files.make_directory(rf"{HOME}\Web Components\{side}\PassiveAuth")


def remove_sites(host: Host) -> None:
    if not is_installed(host):
        return
    with editing(host) as document:
        sites = document.need_section(SITES)
        for name in (INTERNAL_SITE, EXTERNAL_SITE):
            found = sites.member("site", name=name)
            if found is not None:
                sites.members.remove(found)
            own = name.lower()
            document.locations[:] = [at for at in document.locations if at.path.lower().partition("/")[0] != own]
    table = host.parts.need(Iis).applications
    for key in [key for key in table if key.partition("/")[0] in (INTERNAL_SITE.lower(), EXTERNAL_SITE.lower())]:
        del table[key]


def bind_site(host: Host, use: str, thumbprint: str | None) -> None:
    """The certificate of a web service becomes the one of its site's TLS port; None takes it away."""
    port = {"WebServicesInternal": 443, "WebServicesExternal": 4443}[use]
    site = INTERNAL_SITE if port == 443 else EXTERNAL_SITE
    if is_installed(host) and find_site(host, site) is None:
        return
    if thumbprint is None:
        http_sys(host).drop(f"0.0.0.0:{port}")
    else:
        http_sys(host).put(SslBinding(f"0.0.0.0:{port}", False, thumbprint.upper()))
