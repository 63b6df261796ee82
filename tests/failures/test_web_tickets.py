"""Rows of the failure table that show at the web services of Lync: methods, grants, tickets.

Numbers are those of the table's rows.
"""

from __future__ import annotations

import json
import re

from tests.failures.browser import OAUTH, PASSIVE, WEB, Browser
from tests.failures.published import SERVICE
from tests.products.running import Lab

WEB_TICKET = f"{WEB}/WebTicket/WebTicketService.svc"
USER = "/Autodiscover/AutodiscoverService.svc/root/oauth/user"
STRICT = f"Set-CsWebServiceConfiguration {SERVICE} -UseCertificateAuth $false -UsePinAuth $false -UseWindowsAuth None"
SITE = "Lync Server External Web Site"


def replicated(lab: Lab, script: str) -> None:
    lab.run("se01", f"{script}; Invoke-CsManagementStoreReplication").good()
    lab.wait(120)


def methods(device: Browser) -> list[str]:
    """Names of the methods in the service's description, in their order."""
    return re.findall('<wsdl:port name="([^"]*)"', device.ask(f"{WEB_TICKET}/mex").body.decode())


def test_windows_authentication_missing_on_the_directory_is_a_bare_401(published: Lab, device: Browser) -> None:
    """Row 10: the description can be read, the service answers 401 and asks for nothing."""
    assert device.ask(WEB_TICKET, {}).header("WWW-Authenticate") == "Negotiate, NTLM"
    filter_ = "system.webServer/security/authentication/windowsAuthentication"
    published.run(
        "se01",
        f"Set-WebConfigurationProperty -PSPath MACHINE/WEBROOT/APPHOST -Location '{SITE}/WebTicket' "
        f"-Filter {filter_} -Name enabled -Value $false",
    ).good()
    assert methods(device)
    refused = device.ask(WEB_TICKET, {})
    assert (refused.status, refused.header("WWW-Authenticate")) == (401, "")
    assert b"Access is denied due to invalid credentials" in refused.body


def test_old_clients_find_no_method_on_a_passive_pool(published: Lab, device: Browser) -> None:
    """Row 17: what Macs, telephones and older clients sign in with is gone."""
    replicated(published, STRICT)
    assert methods(device) == ["WsFedPassive"]
    refused = device.ticket("urn:microsoft.rtc:windows")
    assert (refused.status, json.loads(refused.body)) == (400, {"error": "unsupported_grant_type"})


def test_a_client_without_passive_sign_in_is_stuck_and_its_later_version_is_not(
    published: Lab, device: Browser
) -> None:
    """Row 16: Lync for Android as of February 2014 tries what it knows again and again; a later one gets in."""
    early = {"WebTicketServiceWinNegotiate"}
    later = early | {"WsFedPassive"}
    grant = {"username": "carla@contoso.com", "password": "Turin-Signs-In-1"}
    assert early & set(methods(device))
    assert device.ticket("password", **grant).status == 200
    replicated(published, STRICT)
    assert not early & set(methods(device))
    for _ in range(2):
        refused = device.ticket("password", **grant)
        assert (refused.status, json.loads(refused.body)) == (400, {"error": "unsupported_grant_type"})
    assert later & set(methods(device))
    device.submit(device.sign_in("carla@contoso.com", grant["password"]))
    assert device.ticket().status == 200
    classic = Browser(published.world, source=published.world.host("owa01"))
    assert classic.ticket("password", "https://se02.corp.contoso.com/WebTicket/oauthtoken", **grant).status == 200


def test_with_other_methods_left_on_passive_comes_last(published: Lab, device: Browser) -> None:
    """Row 20: clients take the first method of the description that they know."""
    assert methods(device)[0] == "WebTicketServiceWinNegotiate"
    assert methods(device)[-1] == "WsFedPassive"
    replicated(published, STRICT)
    assert methods(device)[0] == "WsFedPassive"


def test_without_the_session_cookie_there_is_no_valid_token(device: Browser) -> None:
    """Row 21: again and again, as long as the browser step is not finished or its cookie is kept back."""
    device.submit(device.sign_in())
    device.cookies.clear()
    for _ in range(2):
        refused = device.ticket()
        assert refused.status == 400
        assert refused.header("X-Ms-diagnostics").startswith("28020;")
        assert 'reason="No valid security token."' in refused.header("X-Ms-diagnostics")
        assert json.loads(refused.body) == {"error": "invalid_grant", "ms_rtc_passiveauthuri": PASSIVE}


def test_a_method_that_is_off_is_not_allowed(published: Lab, device: Browser) -> None:
    """Row 22: also while the change is in the store and not yet on the machine."""
    replicated(published, f"Set-CsWebServiceConfiguration {SERVICE} -UseWsFedPassiveAuth $false")
    refused = device.ticket()
    assert refused.header("X-Ms-diagnostics").startswith("28029;")
    assert 'reason="Authentication type not allowed."' in refused.header("X-Ms-diagnostics")
    assert json.loads(refused.body) == {"error": "unsupported_grant_type"}
    published.run("se01", f"Set-CsWebServiceConfiguration {SERVICE} -UseWsFedPassiveAuth $true").good()
    assert device.ticket().header("X-Ms-diagnostics").startswith("28029;")
    published.wait(120)
    assert device.ticket().header("X-Ms-diagnostics").startswith("28020;")


def test_a_ticket_is_good_for_one_name(published: Lab) -> None:
    """Row 23: the Director sends the client on, and the home pool wants a ticket of its own."""
    world = published.world
    director, home = "https://dir01.corp.contoso.com", "https://se01.corp.contoso.com"
    grant = {"username": "elena@contoso.com", "password": "Siena-Signs-In-1"}
    inside = Browser(world, source=world.host("owa01"))
    first = json.loads(inside.ticket("password", f"{director}/WebTicket/oauthtoken", **grant).body)["access_token"]
    sent_on = json.loads(inside.ask(director + USER, ticket=first).body)["_links"]["redirect"]["href"]
    assert sent_on.startswith(home)
    refused = inside.ask(home + USER, ticket=first)
    assert refused.status == 401
    assert refused.header("X-MS-WebTicketURL") == f"{home}/WebTicket/WebTicketService.svc"
    own = json.loads(inside.ticket("password", f"{home}/WebTicket/oauthtoken", **grant).body)["access_token"]
    assert "applications" in json.loads(inside.ask(home + USER, ticket=own).body)["_links"]


def test_the_user_link_asks_for_a_ticket_and_names_the_grants(device: Browser) -> None:
    """Beside row 20: what the challenge of a passive pool offers."""
    challenge = device.ask(WEB + USER)
    assert challenge.status == 401
    offered = challenge.header("WWW-Authenticate")
    assert f'href="{OAUTH}"' in offered and "urn:microsoft.rtc:passive" in offered
