"""Installing IIS and its extensions: services, folders, schema files and the first configuration."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import TYPE_CHECKING

from winsim.world.http_sys import http_sys
from winsim.world.iis.document import Document
from winsim.world.iis.schema import SCHEMA_FILES, load_schema, schema_text
from winsim.world.iis.server import APPLICATION_HOST, INETSRV, POOLS, SCHEMA_FOLDER, SITES, Iis, editing, is_installed
from winsim.world.iis.tree import Element
from winsim.world.services import Service

if TYPE_CHECKING:
    from winsim.world.host import Host

SVCHOST = r"C:\Windows\system32\svchost.exe"
LOG_FOLDER = r"C:\inetpub\logs\LogFiles"
SETUP_KEY = r"HKLM\SOFTWARE\Microsoft\InetStp"
SETUP_VALUES: dict[str, str | int] = {
    "MajorVersion": 8,
    "MinorVersion": 5,
    "VersionString": "Version 8.5",
    "SetupString": "IIS 8.5",
    "ProductString": "Internet Information Services",
    "IISProgramGroup": "Administrative Tools",
    "InstallPath": r"C:\Windows\system32\inetsrv",
    "PathWWWRoot": r"C:\inetpub\wwwroot",
}
# InetStp\Components: what set-up programs look at to see which parts of IIS are there.
COMPONENTS = {
    "web-static-content": "StaticContent", "web-default-doc": "DefaultDocument", "web-dir-browsing": "DirectoryBrowse",
    "web-http-errors": "HttpErrors", "web-http-redirect": "HttpRedirect", "web-http-logging": "HttpLogging",
    "web-log-libraries": "LoggingLibraries", "web-request-monitor": "RequestMonitor",
    "web-http-tracing": "HttpTracing", "web-stat-compression": "HttpCompressionStatic",
    "web-dyn-compression": "HttpCompressionDynamic", "web-filtering": "RequestFiltering",
    "web-basic-auth": "BasicAuthentication", "web-windows-auth": "WindowsAuthentication",
    "web-client-auth": "ClientCertificateMappingAuthentication", "web-url-auth": "Authorization",
    "web-net-ext": "NetFxExtensibility", "web-net-ext45": "NetFxExtensibility45", "web-asp-net": "ASPNET",
    "web-asp-net45": "ASPNET45", "web-isapi-ext": "ISAPIExtensions", "web-isapi-filter": "ISAPIFilter",
    "web-mgmt-console": "ManagementConsole", "web-scripting-tools": "ManagementScriptingTools",
    "web-mgmt-service": "AdminService", "web-metabase": "Metabase", "web-wmi": "WMICompatibility",
    "web-lgcy-mgmt-console": "LegacySnapin", "web-lgcy-scripting": "LegacyScripts",
}  # fmt: skip
# global modules by what brings them
EXTENSION_MODULES = {
    "rewrite": (("RewriteModule", r"%SystemRoot%\system32\inetsrv\rewrite.dll"),),
    "webfarm": (),
    "arr": (("ApplicationRequestRouting", r"%ProgramFiles%\IIS\Application Request Routing\requestRouter.dll"),),
}
FEATURE_MODULES = {
    "Web-Windows-Auth": ("WindowsAuthenticationModule", r"%windir%\System32\inetsrv\authsspi.dll"),
    "Web-Basic-Auth": ("BasicAuthenticationModule", r"%windir%\System32\inetsrv\authbas.dll"),
    "Web-Filtering": ("RequestFilteringModule", r"%windir%\System32\inetsrv\modrqflt.dll"),
    "Web-Url-Auth": ("UrlAuthorizationModule", r"%windir%\System32\inetsrv\urlauthz.dll"),
    "Web-Http-Redirect": ("HttpRedirectionModule", r"%windir%\System32\inetsrv\redirect.dll"),
}


def install(host: Host) -> None:
    """What the role Web-Server brings."""
    host.services.add(
        Service("WAS", "Windows Process Activation Service", "Running", "Manual", path=SVCHOST + " -k iissvcs",
                depends_on=["RpcSs"])
    )  # fmt: skip
    host.services.add(
        Service("W3SVC", "World Wide Web Publishing Service", "Running", "Automatic", path=SVCHOST + " -k iissvcs",
                depends_on=["WAS", "HTTP"])
    )  # fmt: skip
    host.services.add(
        Service("AppHostSvc", "Application Host Helper Service", "Running", "Automatic", path=SVCHOST + " -k apphost")
    )
    http = host.services.find("HTTP")
    if http is not None:
        http.state = "Running"
    for folder in (r"C:\inetpub\wwwroot", r"C:\inetpub\logs\LogFiles", r"C:\inetpub\temp\appPools",
                   r"C:\inetpub\history", r"C:\inetpub\custerr\en-US", SCHEMA_FOLDER):  # fmt: skip
        host.files.make_directory(folder)
    for name in ("iisstart.htm", "iis-85.png"):
        host.files.write(rf"C:\inetpub\wwwroot\{name}", b"")
    for name in ("appcmd.exe", "inetinfo.exe", "w3wp.exe", "iisreset.exe"):
        host.files.write(rf"{INETSRV}\{name}", b"").version = "8.5.9600.16384"
    for name, data in SETUP_VALUES.items():
        host.registry.set(SETUP_KEY, name, data)
    host.registry.set(rf"{SETUP_KEY}\Components", "W3SVC", 1)
    write_schema(host, "iis")
    if not is_installed(host):
        host.files.write(APPLICATION_HOST, first_configuration().to_bytes())
    host.parts.need(Iis)
    http_sys(host)


def uninstall(host: Host) -> None:
    """The role is gone; the folders and the configuration backup stay, as on Windows."""
    for name in ("W3SVC", "WAS", "AppHostSvc", "WMSvc"):
        host.services.remove(name)
    if host.files.exists(INETSRV):
        host.files.remove(INETSRV)
    _forget_setup(host, "W3SVC", SETUP_VALUES)
    host.parts.drop(Iis)


def _forget_setup(host: Host, component: str, values: Iterable[str] = ()) -> None:
    """The keys go with the last component: the tools may stay without the role."""
    key = host.registry.find(SETUP_KEY)
    components = host.registry.find(rf"{SETUP_KEY}\Components")
    if key is None or components is None:
        return
    components.drop(component)
    for name in values:
        key.drop(name)
    if not components.values:
        host.registry.remove(SETUP_KEY)


def first_configuration() -> Document:
    """applicationHost.config as the role leaves it."""
    schema = load_schema(frozenset({"iis"}))
    document = Document(schema, declarations=declarations())
    pool_section = document.need_section(POOLS)
    pool_section.add(pool_section.make_member({"name": "DefaultAppPool"}))
    defaults = pool_section.child("applicationPoolDefaults").child("processModel")
    defaults.set("setProfileEnvironment", "false")
    site_section = document.need_section(SITES)
    site_section.add(new_site(site_section, "Default Web Site", 1, "http", "*:80:", r"%SystemDrive%\inetpub\wwwroot"))
    site_section.child("applicationDefaults").set("applicationPool", "DefaultAppPool")
    documents = document.need_section("system.webServer/defaultDocument").child("files")
    for name in ("Default.htm", "Default.asp", "index.htm", "index.html", "iisstart.htm"):
        documents.add(documents.make_member({"value": name}))
    hidden = document.need_section("system.webServer/security/requestFiltering").child("hiddenSegments")
    for name in ("web.config", "bin", "App_code", "App_GlobalResources", "App_LocalResources", "App_WebReferences",
                 "App_Data", "App_Browsers"):  # fmt: skip
        hidden.add(hidden.make_member({"segment": name}))
    providers = document.need_section("system.webServer/security/authentication/windowsAuthentication")
    for name in ("Negotiate", "NTLM"):
        providers.child("providers").add(providers.child("providers").make_member({"value": name}))
    return document


def declarations() -> ET.Element:
    """configSections as IIS writes them, for the sections of its own schema."""
    schema = load_schema(frozenset({"iis"}))
    root = ET.Element("configSections")
    for section in schema.sections.values():
        node = root
        *groups, name = section.path.split("/")
        for group in groups:
            found = next((child for child in node if child.get("name") == group), None)
            node = ET.SubElement(node, "sectionGroup", {"name": group}) if found is None else found
        ET.SubElement(node, "section", {"name": name, "overrideModeDefault": section.override})
    return root


def new_site(section: Element, name: str, id: int, protocol: str, binding: str, folder: str, pool: str = "") -> Element:
    """A site with its root application and one binding, not added yet."""
    site = section.make_member({"name": name, "id": str(id)}, "site")
    application = site.make_member({"path": "/"}, "application")
    if pool:
        application.set("applicationPool", pool)
    application.add(application.make_member({"path": "/", "physicalPath": folder}, "virtualDirectory"))
    site.add(application)
    bindings = site.child("bindings")
    bindings.add(bindings.make_member({"protocol": protocol, "bindingInformation": binding}))
    return site


def write_schema(host: Host, name: str) -> None:
    host.files.make_directory(SCHEMA_FOLDER)
    host.files.write(rf"{SCHEMA_FOLDER}\{SCHEMA_FILES[name]}", schema_text(name).encode())


def install_extension(host: Host, name: str) -> None:
    """URL Rewrite (``rewrite``), Web Farm Framework (``webfarm``) or Application Request Routing (``arr``)."""
    write_schema(host, name)
    with editing(host) as document:
        modules = document.need_section("system.webServer/globalModules")
        for module, image in EXTENSION_MODULES[name]:
            if modules.member("add", name=module) is None:
                modules.add(modules.make_member({"name": module, "image": image}))


def uninstall_extension(host: Host, name: str) -> None:
    with editing(host) as document:
        modules = document.need_section("system.webServer/globalModules")
        for module, _ in EXTENSION_MODULES[name]:
            member = modules.member("add", name=module)
            if member is not None:
                modules.members.remove(member)
    path = rf"{SCHEMA_FOLDER}\{SCHEMA_FILES[name]}"
    if host.files.exists(path):
        host.files.remove(path)
    host.parts.need(Iis).cache.clear()


def has_module(host: Host, name: str) -> bool:
    """Whether a global module is loaded."""
    from winsim.world.iis.server import effective

    return effective(host, "system.webServer/globalModules").member("add", name=name) is not None


def feature_added(host: Host, feature: str) -> None:
    component = COMPONENTS.get(feature.lower())
    if component is not None:
        host.registry.set(rf"{SETUP_KEY}\Components", component, 1)
    module = FEATURE_MODULES.get(feature)
    if module is not None and is_installed(host):
        with editing(host) as document:
            modules = document.need_section("system.webServer/globalModules")
            if modules.member("add", name=module[0]) is None:
                modules.add(modules.make_member({"name": module[0], "image": module[1]}))


def feature_removed(host: Host, feature: str) -> None:
    _forget_setup(host, COMPONENTS.get(feature.lower(), ""))
    module = FEATURE_MODULES.get(feature)
    if module is not None and is_installed(host):
        with editing(host) as document:
            modules = document.need_section("system.webServer/globalModules")
            member = modules.member("add", name=module[0])
            if member is not None:
                modules.members.remove(member)
