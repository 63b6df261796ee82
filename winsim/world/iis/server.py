"""IIS on a host: its configuration files, and what of it is not in them.

The files are the truth: ``applicationHost.config`` and ``web.config`` in the host's file system. They are parsed when
they are needed and kept as long as they do not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from winsim.world.iis.document import Document, Location, parse_document
from winsim.world.iis.errors import LOCKED, NOT_FOUND, ConfigurationError
from winsim.world.iis.schema import SCHEMA_FILES, Schema, load_schema
from winsim.world.iis.tree import Element

if TYPE_CHECKING:
    from winsim.world.host import Host

INETSRV = r"C:\Windows\System32\inetsrv"
CONFIG = INETSRV + r"\config"
APPLICATION_HOST = CONFIG + r"\applicationHost.config"
SCHEMA_FOLDER = CONFIG + r"\schema"
SITES = "system.applicationHost/sites"
POOLS = "system.applicationHost/applicationPools"


@dataclass
class Iis:
    """Run-time state: what was stopped by hand. ``cache`` holds parsed files with the bytes they were read from."""

    stopped_sites: set[str] = field(default_factory=set)
    stopped_pools: set[str] = field(default_factory=set)
    recycles: int = 0
    # what answers below a site path, in lower case ("default web site/app"): f(world, host, request) -> Response
    applications: dict[str, str] = field(default_factory=dict)
    cache: dict[str, tuple[bytes, Schema, Document]] = field(default_factory=dict, metadata={"transient": True})


def is_installed(host: Host) -> bool:
    return host.files.is_file(APPLICATION_HOST)


def schema_of(host: Host) -> Schema:
    """The schema that the files in inetsrv\\config\\schema make."""
    present = {key for key, name in SCHEMA_FILES.items() if host.files.is_file(rf"{SCHEMA_FOLDER}\{name}")}
    return load_schema(frozenset(present))


def load(host: Host, path: str = APPLICATION_HOST) -> Document:
    """The parsed file; an empty document when there is no file. Do not change it outside of ``editing``."""
    iis = host.parts.need(Iis)
    schema = schema_of(host)
    entry = host.files.find(path)
    if entry is None:
        return Document(schema)
    cached = iis.cache.get(path.lower())
    if cached is not None and cached[0] == entry.content and cached[1] is schema:
        return cached[2]
    try:
        document = parse_document(entry.content, schema)
    except ConfigurationError as error:
        raise located(error, path) from None
    iis.cache[path.lower()] = (entry.content, schema, document)
    return document


@contextmanager
def editing(host: Host, path: str = APPLICATION_HOST) -> Iterator[Document]:
    """Changes a file: written when the block ends well, forgotten when it raises."""
    iis = host.parts.need(Iis)
    document = load(host, path)
    try:
        yield document
    except ConfigurationError as error:
        iis.cache.pop(path.lower(), None)
        raise located(error, path) from None
    except BaseException:
        iis.cache.pop(path.lower(), None)
        raise
    content = document.to_bytes()
    host.files.write(path, content)
    iis.cache[path.lower()] = (content, document.schema, document)


def located(error: ConfigurationError, path: str) -> ConfigurationError:
    if error.message.startswith("Filename:"):
        return error
    return ConfigurationError(error.code, f"Filename: \\\\?\\{path}\r\nError: {error.message}")


def effective(host: Host, section: str, site_path: str = "", above: tuple[str, str] | None = None) -> Element:
    """What holds for a section at the server level (``""``) or at a site path such as ``Default Web Site/app``.

    ``above`` leaves out a file, or a location of it, with everything deeper: what is inherited there.
    """
    document = load(host)
    schema = document.schema.section(section)
    if schema is None:
        raise ConfigurationError(NOT_FOUND, f"The configuration section '{section}' cannot be read because it is "
                                            "missing a section declaration\r\n")  # fmt: skip
    result = Element(schema.root)
    file_above, location_above = above or ("", "")
    for location in _above(document, site_path):
        if file_above == APPLICATION_HOST and location.path.lower() == location_above.lower():
            return result
        said = location.sections.get(section.lower())
        if said is not None:
            result.overlay(said)
    for file in web_configs(host, site_path) if file_above != APPLICATION_HOST else []:
        if file.lower() == file_above.lower():
            break
        said = load(host, file).section(section)
        if said is not None:
            result.overlay(said)
    return result


def _above(document: Document, site_path: str) -> list[Location]:
    """The locations that count for a site path, outermost first."""
    parts = [part for part in site_path.split("/") if part]
    paths = ["/".join(parts[:count]).lower() for count in range(len(parts) + 1)]
    found = [location for location in document.locations if location.path.lower() in paths]
    return sorted(found, key=lambda location: paths.index(location.path.lower()))


def is_locked(host: Host, section: str) -> bool:
    """Whether sites may not set a section in their own files."""
    document = load(host)
    schema = document.schema.section(section)
    for location in document.locations:
        if location.override and section.lower() in location.sections and not location.path:
            return location.override == "Deny"
    return schema is not None and schema.override == "Deny"


def refuse_locked(host: Host, section: str) -> None:
    if is_locked(host, section):
        raise ConfigurationError(
            LOCKED,
            "This configuration section cannot be used at this path. This happens when the section is locked at a "
            "parent level. Locking is either by default (overrideModeDefault=\"Deny\"), or set explicitly by a "
            "location tag with overrideMode=\"Deny\" or the legacy allowOverride=\"false\".\r\n",
        )  # fmt: skip


# sites --------------------------------------------------------------------------------------------------------------


def sites(host: Host) -> list[Element]:
    return effective(host, SITES).of("site") if is_installed(host) else []


def find_site(host: Host, name: str) -> Element | None:
    return next((site for site in sites(host) if site.text("name").lower() == name.lower()), None)


def pools(host: Host) -> list[Element]:
    return effective(host, POOLS).of("add") if is_installed(host) else []


def find_pool(host: Host, name: str) -> Element | None:
    return next((pool for pool in pools(host) if pool.text("name").lower() == name.lower()), None)


def site_state(host: Host, site: Element) -> str:
    running = host.services.running("W3SVC") and site.text("name").lower() not in host.parts.need(Iis).stopped_sites
    return "Started" if running else "Stopped"


def pool_state(host: Host, pool: Element) -> str:
    running = host.services.running("WAS") and pool.text("name").lower() not in host.parts.need(Iis).stopped_pools
    return "Started" if running else "Stopped"


def application_of(site: Element, url_path: str) -> Element | None:
    """The application that serves a path: the one with the longest matching path."""
    path = url_path.lower().rstrip("/") + "/"
    fitting = [app for app in site.of("application") if path.startswith(app.text("path").lower().rstrip("/") + "/")]
    return max(fitting, key=lambda app: len(app.text("path")), default=None)


def physical_path(site: Element, url_path: str = "/") -> str:
    """The folder behind a path of a site, environment variables expanded."""
    application = application_of(site, url_path)
    if application is None:
        return ""
    base = application.text("path").rstrip("/")
    relative = url_path[len(base) :] or "/"
    key = relative.lower().rstrip("/") + "/"
    fitting = [
        folder
        for folder in application.of("virtualDirectory")
        if key.startswith(folder.text("path").lower().rstrip("/") + "/")
    ]
    folder = max(fitting, key=lambda entry: len(entry.text("path")), default=None)
    if folder is None:
        return ""
    rest = relative[len(folder.text("path").rstrip("/")) :].strip("/").replace("/", "\\")
    root = expand(folder.text("physicalPath")).rstrip("\\")
    return rf"{root}\{rest}" if rest else root


def expand(path: str) -> str:
    for name, value in (("SystemDrive", "C:"), ("SystemRoot", r"C:\Windows"), ("windir", r"C:\Windows")):
        start = path.lower().find(f"%{name.lower()}%")
        if start >= 0:
            path = path[:start] + value + path[start + len(name) + 2 :]
    return path


def web_config_path(host: Host, site_path: str) -> str:
    """The web.config of a site path; "" when the site is not there."""
    name, _, rest = site_path.partition("/")
    site = find_site(host, name)
    folder = physical_path(site, "/" + rest) if site else ""
    return rf"{folder}\web.config" if folder else ""


def web_configs(host: Host, site_path: str) -> list[str]:
    """The web.config files that count for a site path, outermost first."""
    parts = [part for part in site_path.split("/") if part]
    paths = [web_config_path(host, "/".join(parts[: count + 1])) for count in range(len(parts))]
    return [path for path in dict.fromkeys(paths) if path and host.files.is_file(path)]
