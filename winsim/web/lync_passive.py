"""/PassiveAuth of a Lync site: the application that trusts the tokens of AD FS and keeps a session of its own.

The signing keys and the address of AD FS come from ``WsFedPassiveMetadataUri``. They are read when the application
starts, so that new token-signing certificates are trusted after the application pools were recycled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from winsim.web import saml
from winsim.web.claims import PRIMARY_SID
from winsim.web.lync_site import Site, cookie, fields
from winsim.web.messages import Request, Response, WebFailure, page
from winsim.world.adfs.metadata import FederationService, MetadataError, read_federation_service
from winsim.world.directory import Directory
from winsim.world.iis.server import Iis
from winsim.world.lync import LyncServer

if TYPE_CHECKING:
    from winsim.world.lab import World

PAGE = "/passiveauth/passiveauth.aspx"
ADDRESS = "/PassiveAuth/PassiveAuth.aspx"
SESSION = "FedAuth"


def answer(world: World, site: Site, asked: Request) -> Response:
    if not site.on("UseWsFedPassiveAuth"):
        return page(403, "403 - Forbidden: Access is denied.", "Passive authentication is not enabled.")
    if signed_in(world, site, asked):
        return Response(200, b"<html><body>Signed in.</body></html>", site.headers | {"Content-Type": "text/html"})
    try:
        service = _federation_service(world, site)
    except (WebFailure, MetadataError) as problem:
        _warn(site, f"{site.settings['WsFedPassiveMetadataUri']}: {problem}")
        return page(500, "500 - Internal server error.", "There is a problem with the resource you are looking for.")
    posted = fields(asked.body.decode("utf-8", "replace")) if asked.method == "POST" else {}
    if posted.get("wa") == "wsignin1.0":
        session = _session(world, site, service, posted.get("wresult", ""))
        if session is not None:
            lines = (f"{SESSION}={session}; path=/; secure; HttpOnly",)
            return Response(302, b"", site.headers | {"Location": ADDRESS}, lines)
    return Response(302, b"", site.headers | {"Location": _challenge(world, site, service)})


def signed_in(world: World, site: Site, asked: Request) -> str:
    """The SID of the user whose session the cookie names; empty without one."""
    return site.unseal(SESSION, cookie(asked, SESSION), world.clock.now())


def _challenge(world: World, site: Site, service: FederationService) -> str:
    context = f"rm=0&id=passive&ru={quote(ADDRESS, safe='')}"
    now = f"{world.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    query = {"wa": "wsignin1.0", "wtrealm": site.realm, "wctx": context, "wct": now}
    return f"{service.passive_endpoint}?{urlencode(query)}"


def _session(world: World, site: Site, service: FederationService, response: str) -> str | None:
    """The cookie for a token; None for one that is refused, which sends the browser back to AD FS."""
    now = world.clock.now()
    try:
        token = saml.read(response, service.signing)
        if token.audience.lower() != site.realm:
            raise saml.TokenRefused(f"the token is for {token.audience}")
        if not token.valid_from <= now < token.valid_to:
            raise saml.TokenRefused("the token is not valid now")
        sid = token.value(PRIMARY_SID)
        directory = world.parts.find(Directory)
        if directory is None or not any(one.sid == sid for one in directory.objects.values() if sid):
            raise saml.TokenRefused("the token has no primary SID of a user")
    except saml.TokenRefused as refusal:
        _warn(site, f"The security token of the federation service was not accepted: {refusal}.")
        return None
    return site.seal(SESSION, sid, token.valid_to)


def _warn(site: Site, text: str) -> None:
    site.host.events.write("Application", "ASP.NET 4.0.30319.0", 1309, "Warning", text)


def _federation_service(world: World, site: Site) -> FederationService:
    from winsim.web.http import fetch

    uri = str(site.settings["WsFedPassiveMetadataUri"] or "")
    server = site.host.parts.need(LyncServer)
    application = f"{uri} {site.host.parts.need(Iis).recycles} {site.host.boot_time}"
    if server.federation is None or server.federation_of != application:
        if urlsplit(uri).scheme not in ("http", "https"):
            raise MetadataError("no address")
        response = fetch(world, site.host, uri)
        if response.status != 200:
            raise MetadataError(f"HTTP status {response.status}")
        server.federation, server.federation_of = read_federation_service(response.body), application
    return server.federation
