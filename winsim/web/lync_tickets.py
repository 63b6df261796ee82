"""/WebTicket of a Lync site: the methods it offers, the OAuth grants, and the web tickets themselves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from winsim.interpreter.command import NotBuilt
from winsim.web import lync_passive
from winsim.web.lync_site import Site, fields
from winsim.web.messages import Request, Response, not_found, page
from winsim.world.directory import Directory
from winsim.world.directory.logons import logon
from winsim.world.iis.installation import has_module
from winsim.world.iis.server import effective
from winsim.world.lync.machine import EXTERNAL_SITE, INTERNAL_SITE

if TYPE_CHECKING:
    from winsim.world.lab import World

SERVICE = "/WebTicket/WebTicketService.svc"
LIFETIME = timedelta(hours=8)
GRANT = "urn:microsoft.rtc:"
_WINDOWS = "system.webServer/security/authentication/windowsAuthentication"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"


def answer(world: World, site: Site, asked: Request) -> Response:
    path = asked.path.lower().rstrip("/")
    if path == f"{SERVICE.lower()}/mex":
        return Response(200, _description(site), site.headers | {"Content-Type": "text/xml; charset=utf-8"})
    if path == SERVICE.lower():
        return _service(site)
    if path == "/webticket/oauthtoken" and asked.method == "POST":
        return _grant(world, site, asked)
    return not_found()


def methods(site: Site) -> list[tuple[str, str]]:
    """Names and addresses of the methods that the site offers, in the order of the clients' preference."""
    offered = []
    if site.windows:
        kind = "Ntlm" if site.settings["UseWindowsAuth"] == "NTLM" else "Negotiate"
        offered.append((f"WebTicketServiceWin{kind}", SERVICE))
    if site.on("UseCertificateAuth"):
        offered.append(("WebTicketServiceCert", SERVICE + "/cert"))
    if site.on("UsePinAuth"):
        offered.append(("WebTicketServicePin", SERVICE + "/pin"))
    if site.on("UseWsFedPassiveAuth"):
        offered.append(("WsFedPassive", lync_passive.ADDRESS))
    return offered


def grant_types(site: Site) -> list[str]:
    grants = [GRANT + "windows"] if site.windows else []
    if site.on("UseWsFedPassiveAuth"):
        grants.append(GRANT + "passive")
    if site.on("AllowAnonymousAccessToLWAConference"):
        grants.append(GRANT + "anonmeeting")
    return [*grants, "password"] if site.windows else grants


def _description(site: Site) -> bytes:
    services = "".join(
        f"<wsdl:service name={quoteattr(name)}><wsdl:port name={quoteattr(name)}>"
        f"<soap12:address location={quoteattr(site.url(path))}/></wsdl:port></wsdl:service>"
        for name, path in methods(site)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><wsdl:definitions xmlns:wsdl="{_WSDL}" '
        f'xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">{services}</wsdl:definitions>'
    ).encode()


def _service(site: Site) -> Response:
    """The Windows endpoint: IIS asks for credentials where Windows authentication is on for the directory."""
    name = EXTERNAL_SITE if site.side == "external" else INTERNAL_SITE
    setting = effective(site.host, _WINDOWS, f"{name}/WebTicket").value("enabled")
    refused = page(
        401, "401 - Unauthorized: Access is denied due to invalid credentials.",
        "You do not have permission to view this directory or page using the credentials that you supplied.", 1,
    )  # fmt: skip
    challenged = setting is True and has_module(site.host, "WindowsAuthenticationModule")
    headers = {**refused.headers, **({"WWW-Authenticate": "Negotiate, NTLM"} if challenged else {})}
    return Response(401, refused.body, headers, substatus=1)


def _grant(world: World, site: Site, asked: Request) -> Response:
    posted = fields(asked.body.decode("utf-8", "replace"))
    grant = posted.get("grant_type", "")
    if not grant:
        return _refused(site, {"error": "invalid_request"})
    if grant not in grant_types(site):
        reason = _diagnostics(site, 28029, "Authentication type not allowed.")
        return _refused(site, {"error": "unsupported_grant_type"}, reason)
    if grant == GRANT + "windows":
        headers = site.headers | {"WWW-Authenticate": "Negotiate, NTLM"}  # the handshake is not modelled
        return Response(401, b"", headers)
    if grant == GRANT + "anonmeeting":
        raise NotBuilt("web tickets for anonymous participants of meetings")
    sid = lync_passive.signed_in(world, site, asked) if grant == GRANT + "passive" else _by_password(world, posted)
    if sid:
        return _issue(world, site, sid)
    answered = {"error": "invalid_grant"}
    if grant == GRANT + "passive":
        answered["ms_rtc_passiveauthuri"] = site.url(lync_passive.ADDRESS)
    return _refused(site, answered, _diagnostics(site, 28020, "No valid security token."))


def _by_password(world: World, posted: dict[str, str]) -> str:
    directory = world.parts.find(Directory)
    domain, _, name = posted.get("username", "").rpartition("\\")
    found = logon(directory, domain, name) if directory and name else None
    return found.sid if found is not None and found.password == posted.get("password") else ""


def _issue(world: World, site: Site, sid: str) -> Response:
    ticket = site.seal("web ticket", sid, world.clock.now() + LIFETIME)
    body = {
        "access_token": f"cwt={ticket}",
        "expires_in": int(LIFETIME.total_seconds()),
        "ms_rtc_identityscope": "local",
        "token_type": "Bearer",
    }
    return Response(200, json.dumps(body).encode(), site.headers | {"Content-Type": "application/json"})


def _diagnostics(site: Site, number: int, reason: str) -> str:
    return f'{number};source="{site.host.fqdn.lower()}";reason="{reason}"'


def _refused(site: Site, body: dict[str, str], diagnostics: str = "") -> Response:
    headers = site.headers | {"Content-Type": "application/json"}
    if diagnostics:
        headers["X-Ms-diagnostics"] = diagnostics
    return Response(400, json.dumps(body).replace("/", "\\/").encode(), headers)


def holder(world: World, site: Site, asked: Request) -> str:
    """The SID of the user whose web ticket the request brings; a ticket of another site counts for nothing."""
    scheme, _, value = asked.header("authorization").partition(" ")
    ticket = value.removeprefix("cwt=") if scheme.lower() == "bearer" else ""
    return site.unseal("web ticket", ticket, world.clock.now()) if ticket else ""


def challenge(site: Site) -> Response:
    """What a request without a web ticket gets, for both kinds of clients."""
    refused = page(
        401, "Server Error 401 - Unauthorized: Access is denied due to invalid credentials.",
        "You do not have permission to view this directory or page using the credentials that you supplied.",
    )  # fmt: skip
    oauth = f'MsRtcOAuth href="{site.url("/WebTicket/oauthtoken")}",grant_type="{",".join(grant_types(site))}"'
    headers = {**site.headers, "Content-Type": "text/html", "WWW-Authenticate": oauth,
               "X-MS-WebTicketURL": site.url(SERVICE)}  # fmt: skip
    return Response(401, refused.body, headers)
