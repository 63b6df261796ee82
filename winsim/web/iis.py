"""IIS answering a request: site, request filtering, global rules, authentication, then content or the proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.web.arr import forward
from winsim.web.messages import Request, Response, WebFailure, not_found, page
from winsim.web.rewrite import Rewritten, apply_rules
from winsim.world.iis.bindings import BindingInformation
from winsim.world.iis.installation import has_module
from winsim.world.iis.server import (
    Iis,
    application_of,
    effective,
    find_pool,
    physical_path,
    pool_state,
    schema_of,
    site_state,
    sites,
)
from winsim.world.iis.tree import Element
from winsim.world.parts import resolve

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

GLOBAL_RULES = "system.webServer/rewrite/globalRules"
SITE_RULES = "system.webServer/rewrite/rules"
AUTHENTICATION = "system.webServer/security/authentication/"
FILTERING = "system.webServer/security/requestFiltering"


def _bindings(site: Element, scheme: str) -> list[BindingInformation]:
    parsed = [
        BindingInformation.parse(binding.text("bindingInformation"))
        for binding in site.child("bindings").members
        if binding.text("protocol").lower() == scheme
    ]
    return [information for information in parsed if information is not None]


def listens(host: Host, address: str, scheme: str, port: int) -> bool:
    """Whether a started site has a binding for a port."""
    return any(
        information.port == port and information.address in ("*", "", "0.0.0.0", address)
        for site in sites(host)
        if site_state(host, site) == "Started"
        for information in _bindings(site, scheme)
    )


def site_for(host: Host, address: str, scheme: str, port: int, name: str) -> Element | None:
    """The site with the most exact binding: address before star, host name before none."""
    best: tuple[tuple[bool, bool], Element] | None = None
    for site in sites(host):
        if site_state(host, site) != "Started":
            continue
        for information in _bindings(site, scheme):
            exact_address = information.address == address
            if information.port != port or not (exact_address or information.address in ("*", "", "0.0.0.0")):
                continue
            if information.host and information.host.lower() != name:
                continue
            rank = (exact_address, bool(information.host))
            if best is None or rank > best[0]:
                best = (rank, site)
    return best[1] if best else None


def answer_by_iis(world: World, host: Host, address: str, port: int, asked: Request) -> Response:
    site = site_for(host, address, asked.scheme, port, asked.host_name)
    if site is None:
        return Response(400, b"<h2>Bad Request - Invalid Hostname</h2>", {"Server": "Microsoft-HTTPAPI/2.0"})
    response = _answer(world, host, site, asked)
    _log(world, host, site, address, port, asked, response)
    return response


def _answer(world: World, host: Host, site: Element, asked: Request) -> Response:
    application = application_of(site, asked.path)
    pool_name = (application.text("applicationPool") if application else "") or "DefaultAppPool"
    pool = find_pool(host, pool_name)
    if pool is None or pool_state(host, pool) != "Started":
        return page(503, "Service Unavailable", "HTTP Error 503. The service is unavailable.")
    name = site.text("name")
    refused = _filtered(host, name, asked) or _rules(world, host, name, asked)
    if isinstance(refused, Response):
        return refused
    rewritten = refused
    authenticated = _authenticate(host, name, asked)
    if authenticated is not None:
        return authenticated
    if rewritten is not None and rewritten.url:
        return forward(world, host, asked, rewritten.url)
    return _content(world, host, site, asked)


def _filtered(host: Host, site: str, asked: Request) -> Response | None:
    limits = effective(host, FILTERING, site).child("requestLimits")
    checks = (
        (len(asked.body), "maxAllowedContentLength", 13),
        (len(asked.path), "maxUrl", 14),
        (len(asked.query), "maxQueryString", 15),
    )
    for size, attribute, substatus in checks:
        limit = limits.value(attribute)
        if isinstance(limit, int) and size > limit:
            return not_found(substatus)
    return None


def _rules(world: World, host: Host, site: str, asked: Request) -> Response | Rewritten | None:
    if schema_of(host).section(GLOBAL_RULES) is None or not has_module(host, "RewriteModule"):
        return None
    for rules in (effective(host, GLOBAL_RULES), effective(host, SITE_RULES, site)):
        result = apply_rules(rules, asked)
        if result.aborted:
            raise WebFailure.reset("a rewrite rule aborted the request")
        if result.response is not None:
            return result.response
        if result.url or result.path is not None:
            return result
    return None


def _authenticate(host: Host, site: str, asked: Request) -> Response | None:
    """A refusal of IIS itself: without anonymous access, or when it takes credentials that were meant for others."""
    anonymous = effective(host, AUTHENTICATION + "anonymousAuthentication", site).value("enabled") is True
    windows = effective(host, AUTHENTICATION + "windowsAuthentication", site).value("enabled") is True and has_module(
        host, "WindowsAuthenticationModule"
    )
    given = asked.header("authorization").partition(" ")[0].lower()
    if windows and given in ("negotiate", "ntlm"):
        return _unauthorised(1, ("Negotiate", "NTLM"))
    if not anonymous:
        return _unauthorised(2, ("Negotiate", "NTLM") if windows else ())
    return None


def _unauthorised(substatus: int, schemes: tuple[str, ...]) -> Response:
    answer = page(
        401, "401 - Unauthorized: Access is denied due to invalid credentials.",
        "You do not have permission to view this directory or page using the credentials that you supplied.", substatus,
    )  # fmt: skip
    headers = dict(answer.headers)
    if schemes:
        headers["WWW-Authenticate"] = ", ".join(schemes)
    return Response(401, answer.body, headers, substatus=substatus)


def _content(world: World, host: Host, site: Element, asked: Request) -> Response:
    """The program behind the path, else a file."""
    table = host.parts.need(Iis).applications
    parts = [part for part in asked.path.lower().split("/") if part]
    for count in range(len(parts), -1, -1):
        key = "/".join([site.text("name").lower(), *parts[:count]])
        if key in table:
            answer: Response = resolve(table[key])(world, host, asked)
            return answer
    path = physical_path(site, asked.path)
    if host.files.is_directory(path):
        documents = effective(host, "system.webServer/defaultDocument", site.text("name"))
        names = [entry.text("value") for entry in documents.child("files").members]
        found = next((name for name in names if host.files.is_file(rf"{path}\{name}")), None)
        if found is None:
            return page(403, "403 - Forbidden: Access is denied.", "", 14)
        path = rf"{path}\{found}"
    if not host.files.is_file(path):
        return page(
            404, "404 - File or directory not found.", "The resource you are looking for might have been removed."
        )
    return Response(200, host.files.read(path), {"Server": "Microsoft-IIS/8.5"})


def _log(world: World, host: Host, site: Element, address: str, port: int, asked: Request, response: Response) -> None:
    """One line in the site's W3C log; the last ones are kept."""
    now = world.clock.now()
    folder = rf"C:\inetpub\logs\LogFiles\W3SVC{site.text('id')}"
    path = rf"{folder}\u_ex{now:%y%m%d}.log"
    fields = (
        f"{now:%Y-%m-%d %H:%M:%S}", address, asked.method, asked.path, asked.query or "-", str(port), "-", asked.client,
        (asked.header("user-agent") or "-").replace(" ", "+"), "-", str(response.status), str(response.substatus),
        str(response.win32), "15",
    )  # fmt: skip
    heading = (
        "#Software: Microsoft Internet Information Services 8.5\r\n#Version: 1.0\r\n"
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
        "sc-status sc-substatus sc-win32-status time-taken\r\n"
    )
    host.files.make_directory(folder)
    lines = host.files.read(path).decode().splitlines(keepends=True)[3:] if host.files.is_file(path) else []
    kept = [*lines[-199:], " ".join(fields) + "\r\n"]
    host.files.write(path, (heading + "".join(kept)).encode())
