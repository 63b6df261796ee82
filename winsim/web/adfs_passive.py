"""The passive protocol of AD FS 3.0 under /adfs/ls/: the forms page, Windows sign-in, and the token page.

AD FS tells intranet from extranet by its own proxy. Nothing of that kind is in the lab, so every request is intranet.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from html import escape
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from winsim.web import saml, tls, windows_sign_in
from winsim.web.claims import PRIMARY_SID, Claim, issued, permits
from winsim.web.messages import Request, Response
from winsim.world import issuing
from winsim.world.accounts import Logon
from winsim.world.adfs.state import AdfsServer, FarmConfiguration, RelyingPartyTrust
from winsim.world.directory import Directory, objects
from winsim.world.directory.logons import logon

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

PASSIVE = "/adfs/ls"
TEST_PAGES = (f"{PASSIVE}/idpinitiatedsignon.htm", f"{PASSIVE}/idpinitiatedsignon.aspx")
SERVER = {"Server": "Microsoft-HTTPAPI/2.0", "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}
WRONG_PASSWORD = "The user ID or password is incorrect. Type the correct user ID and password, and try again."
UNKNOWN_PARTY = "MSIS7007: The requested relying party trust '{}' is unspecified or unsupported."
DENIED = "MSIS3126: Access denied."
LOOP = "MSIS7042: The same client browser session has made '{}' requests in the last '{}' seconds."
DEFAULT_LIFETIME = 60  # minutes, of a trust whose TokenLifetime is 0
_TIME = "%Y%m%d%H%M%S"
_SCHEMAS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"


def answer(world: World, host: Host, farm: FarmConfiguration, asked: Request) -> Response:
    query = _fields(asked.query)
    trust = farm.trust_for(query.get("wtrealm", ""))
    if trust is None or not trust.enabled:
        return _error(host, UNKNOWN_PARTY.format(query.get("wtrealm", "")))
    found = _caller(world, host, farm, asked)
    return found if isinstance(found, Response) else _token_page(world, host, farm, trust, found, asked)


def test_page(world: World, host: Host, farm: FarmConfiguration, asked: Request) -> Response:
    """The page on which an administrator tries to sign in, without any relying party."""
    found = _session(world, farm, asked)
    if found is None and asked.method == "POST":
        answered = _caller(world, host, farm, asked)
        if isinstance(answered, Response):
            return answered
        found = answered
    button = '<input type="hidden" name="SignInIdpSite" value="SignInIdpSite"/><input type="submit" value="Sign in"/>'
    form = f'<form method="post" id="idpForm" action="{escape(_address(asked))}">{button}</form>'
    content = "<p>You are signed in.</p>" if found else f"<p>You are not signed in.</p>{form}"
    return Response(200, _page("Sign In", content), SERVER)


def _caller(world: World, host: Host, farm: FarmConfiguration, asked: Request) -> Logon | Response:
    """Who asks, by an earlier or a new sign-in; or what the browser gets until that is known."""
    caller = _session(world, farm, asked)
    if caller is not None:
        return caller
    posted = _fields(asked.body.decode("utf-8", "replace")) if asked.method == "POST" else {}
    if posted.get("AuthMethod") == "FormsAuthentication" and _forms_allowed(farm):
        return _sign_in(world, farm, asked, posted)
    if _windows_expected(host, farm, asked.header("user-agent")):
        known = _windows_sign_in(world, host, farm, asked)
        return known or Response(401, b"", SERVER | {"WWW-Authenticate": "Negotiate, NTLM"})
    return _form(asked)


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _providers(farm: FarmConfiguration) -> list[str]:
    chosen = farm.policy["PrimaryIntranetAuthenticationProvider"]
    return chosen if isinstance(chosen, list) else []


def _forms_allowed(farm: FarmConfiguration) -> bool:
    return "FormsAuthentication" in _providers(farm)


def _windows_expected(host: Host, farm: FarmConfiguration, agent: str) -> bool:
    """Agents of the list get Windows authentication; others only where the forms page is no way out."""
    if "WindowsAuthentication" not in _providers(farm):
        return False
    agents = host.parts.need(AdfsServer).agents_at_start or []
    if any(text.lower() in agent.lower() for text in agents):
        return True
    return not (_forms_allowed(farm) and farm.policy["WindowsIntegratedFallbackEnabled"])


def _windows_sign_in(world: World, host: Host, farm: FarmConfiguration, asked: Request) -> Logon | None:
    """Who has signed in, bound to the channel that ends here: a proxy with a certificate of its own is in between."""
    proof = windows_sign_in.read(asked)
    found = _logon(world, proof.account) if proof is not None else None
    if proof is None or found is None or windows_sign_in.secret_of(found.password) != proof.password:
        return None
    if host.parts.need(AdfsServer).binding_at_start != "None" and proof.channel:
        own = tls.serve(host, host.addresses[0], 443, str(farm.properties["HostName"])).certificate
        if windows_sign_in.channel_of(own) != proof.channel:
            return None
    return found


def _address(asked: Request) -> str:
    return f"https://{asked.authority}{asked.path}?{asked.query}"


def _page(title: str, content: str) -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en-US"><head><title>{title}</title></head>'
        f'<body class="body">{content}</body></html>'
    ).encode()


def _form(asked: Request, message: str = "") -> Response:
    error = f'<label id="errorText" for="">{escape(message)}</label>' if message else ""
    content = (
        f'<form method="post" id="loginForm" action="{escape(_address(asked))}"><div id="error">{error}</div>'
        '<input id="userNameInput" name="UserName" type="email" value=""/>'
        '<input id="passwordInput" name="Password" type="password"/>'
        '<input type="checkbox" name="Kmsi" id="kmsiInput" value="true"/>'
        '<input id="optionForms" type="hidden" name="AuthMethod" value="FormsAuthentication"/></form>'
    )
    return Response(200, _page("Sign In", content), SERVER)


def _error(host: Host, message: str) -> Response:
    """The page that a browser gets, and event 364 for the administrator."""
    text = f"Encountered error during federation passive request. \r\n\r\nException details: \r\n{message}"
    host.events.write("AD FS/Admin", "AD FS", 364, "Error", text)
    content = (
        '<div id="errorArea"><div id="openingMessage">An error occurred. Contact your administrator for more '
        'information.</div><div id="errorMessage">MSIS7012: An error occurred while processing the request. '
        f"{escape(message)}</div></div>"
    )
    return Response(200, _page("Error", content), SERVER)


def _sign_in(world: World, farm: FarmConfiguration, asked: Request, posted: dict[str, str]) -> Response:
    found = _logon(world, posted.get("UserName", ""))
    if found is None or found.password != posted.get("Password"):
        return _form(asked, WRONG_PASSWORD)
    until = world.clock.now() + timedelta(minutes=int(str(farm.properties["SsoLifetime"])))
    value = _seal(farm, f"{found.account}|{until:{_TIME}}")
    return Response(302, b"", SERVER | {"Location": _address(asked)}, (_cookie("MSISAuth", value),))


def _logon(world: World, name: str) -> Logon | None:
    directory = world.parts.find(Directory)
    domain, _, user = name.rpartition("\\")
    return logon(directory, domain, user) if directory and user and (domain or "@" in user) else None


def _cookie(name: str, value: str) -> str:
    return f"{name}={value}; path=/adfs; HttpOnly; Secure"


def _key(farm: FarmConfiguration) -> bytes:
    """Nodes of a farm read each other's cookies: what they share is the token-decrypting key."""
    certificate = farm.certificate("Token-Decrypting")
    return certificate.key or certificate.der if certificate else farm.farm_id.encode()


def _seal(farm: FarmConfiguration, text: str) -> str:
    mark = hmac.new(_key(farm), text.encode(), hashlib.sha256).hexdigest()
    return urlsafe_b64encode(f"{text}|{mark}".encode()).decode().rstrip("=")


def _unseal(farm: FarmConfiguration, asked: Request, name: str) -> list[str]:
    """The parts of a cookie's text; none for a cookie that is missing or not of this farm."""
    try:
        cookie = SimpleCookie(asked.header("cookie")).get(name)
        value = cookie.value if cookie else ""
        text, _, mark = urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().rpartition("|")
    except (CookieError, ValueError):
        return []
    known = hmac.compare_digest(mark, hmac.new(_key(farm), text.encode(), hashlib.sha256).hexdigest())
    return text.split("|") if text and known else []


def _session(world: World, farm: FarmConfiguration, asked: Request) -> Logon | None:
    parts = _unseal(farm, asked, "MSISAuth")
    if len(parts) != 2 or parts[1] <= f"{world.clock.now():{_TIME}}":
        return None
    return _logon(world, parts[0])


def _token_page(
    world: World, host: Host, farm: FarmConfiguration, trust: RelyingPartyTrust, caller: Logon, asked: Request
) -> Response:
    """The page whose form the browser posts to the relying party by itself."""
    query = _fields(asked.query)
    now = world.clock.now()
    count, started = _loop(farm, asked, now)
    limit = int(str(farm.properties["LoopDetectionMaximumTokensIssuedInInterval"]))
    if farm.properties["LoopDetectionEnabled"] and count > limit:
        return _error(host, LOOP.format(count, int((now - started).total_seconds()) + 1))
    claims = _claims(world, caller)
    if not permits(trust.rules.get("IssuanceAuthorizationRules", ""), claims):
        host.events.write(
            "AD FS/Admin", "AD FS", 325, "Error", "The Federation Service could not authorize token issuance for "
            f"caller '{caller.account}' to relying party '{query['wtrealm']}'.",
        )  # fmt: skip
        return _error(host, DENIED)
    certificate = farm.certificate("Token-Signing")
    if certificate is None or not certificate.key or not trust.ws_fed_endpoint:
        return _error(host, "MSIS7012: The relying party trust or the token-signing certificate is incomplete.")
    minutes = int(str(trust.settings["TokenLifetime"])) or DEFAULT_LIFETIME
    token = saml.Token(
        query["wtrealm"],
        now - timedelta(minutes=int(str(trust.settings["NotBeforeSkew"]))),
        now + timedelta(minutes=minutes),
        tuple(issued(trust.rules.get("IssuanceTransformRules", ""), claims)),
    )
    response = saml.write(farm.identifier, token, issuing.load_key(certificate.key))
    fields = {"wa": "wsignin1.0", "wresult": response, "wctx": query.get("wctx", "")}
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(text)}"/>' for name, text in fields.items())
    form = f'<form method="POST" name="hiddenform" action="{escape(trust.ws_fed_endpoint)}">{inputs}</form>'
    cookies = (
        _cookie("MSISAuthenticated", urlsafe_b64encode(f"{now:{_TIME}}".encode()).decode().rstrip("=")),
        _cookie("MSISLoopDetectionCookie", _seal(farm, f"{started:{_TIME}}|{count}")),
        _cookie("MSISSignout", urlsafe_b64encode(query["wtrealm"].encode()).decode().rstrip("=")),
    )
    return Response(200, _page("Working...", form), SERVER, cookies)


def _loop(farm: FarmConfiguration, asked: Request, now: datetime) -> tuple[int, datetime]:
    """How many tokens this browser session has asked for within the interval, with this one, and since when."""
    parts = _unseal(farm, asked, "MSISLoopDetectionCookie")
    if len(parts) == 2:
        started = datetime.strptime(parts[0], _TIME).replace(tzinfo=now.tzinfo)
        if (now - started).total_seconds() <= int(str(farm.properties["LoopDetectionTimeIntervalInSeconds"])):
            return int(parts[1]) + 1, started
    return 1, now


def _claims(world: World, caller: Logon) -> list[Claim]:
    directory = world.parts.need(Directory)
    account = objects.account(directory, caller.account)
    claims = [
        Claim(PRIMARY_SID, caller.sid),
        Claim(_SCHEMAS + "windowsaccountname", caller.account),
        Claim("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", caller.upn),
        Claim("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", caller.account),
        Claim(_SCHEMAS + "authenticationmethod", "urn:oasis:names:tc:SAML:1.0:am:password"),
    ]
    groups = objects.all_groups(directory, account) if account else []
    return claims + [Claim(_SCHEMAS + "groupsid", group.sid) for group in groups]
