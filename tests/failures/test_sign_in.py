"""Rows of the failure table that show in the conversation with AD FS.

Numbers are those of the table's rows.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from html import unescape

import pytest

from tests.failures.browser import DEVICE, PASSIVE, WEB, Browser
from tests.products.running import Lab
from winsim.web.http import WebFailure, fetch
from winsim.web.messages import Response
from winsim.world import issuing
from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.prepared import add_certificate

PHONE = (
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; Lumia 920)"
)
SANITISED = '=> issue(Type = "http://schemas.contoso.com/authorization/claims/permit", Value = "true");'


def admin_events(lab: Lab) -> list[int]:
    return [event.id for event in lab.world.host("adfs01").events.of("AD FS/Admin")]


def text(page: Response) -> str:
    return unescape(page.body.decode())


def lifetime(page: Response) -> float:
    """Minutes for which the token of a token page is valid."""
    limits = re.search(r'NotBefore="([^"]*)" NotOnOrAfter="([^"]*)"', text(page))
    assert limits is not None
    start, end = (datetime.fromisoformat(limit) for limit in limits.groups())
    return (end - start).total_seconds() / 60


def test_a_lab_that_is_built_well_signs_the_user_in(device: Browser) -> None:
    """No row: the way that the misbuilt labs of this folder leave."""
    assert 'id="errorText"' in text(device.sign_in(password="wrong"))
    page = device.submit(device.sign_in())
    assert (page.status, device.url) == (200, PASSIVE)
    granted = json.loads(device.ticket().body)
    assert granted["access_token"].startswith("cwt=")


def test_the_test_page_signs_in_without_a_relying_party(device: Browser) -> None:
    """No row: what an administrator tries first."""
    url = "https://sts.contoso.com/adfs/ls/IdpInitiatedSignon.htm"
    page = device.open(url)
    assert "You are not signed in." in text(page)
    refused = device.submit(device.submit(page), UserName="elena@contoso.com", Password="wrong")
    assert 'id="errorText"' in text(refused)
    assert "You are signed in." in text(
        device.submit(refused, UserName="elena@contoso.com", Password="Siena-Signs-In-1")
    )
    assert "You are signed in." in text(device.open(url))


@pytest.mark.parametrize("rule", ["", SANITISED])
def test_without_a_permit_rule_access_is_denied(published: Lab, device: Browser, rule: str) -> None:
    """Row 4: signed in, then refused; also by the rule as copies of the documentation print it."""
    script = f"Set-AdfsRelyingPartyTrust -TargetName external -IssuanceAuthorizationRules '{rule}'"
    published.run("adfs01", script).good()
    page = device.sign_in()
    assert "MSIS3126" in text(page) and "wresult" not in text(page)
    assert {325, 364} <= set(admin_events(published))


def test_a_token_that_lync_does_not_accept_goes_round_until_ad_fs_stops_it(published: Lab, device: Browser) -> None:
    """Row 5: another token-signing certificate, while the web application still trusts the one it has read."""
    device.submit(device.sign_in())
    device.cookies.clear()
    published.run("adfs01", "Set-AdfsProperties -AutoCertificateRollover $false").good()
    thumbprint = "(Get-AdfsCertificate -CertificateType Service-Communications).Thumbprint"
    published.run(
        "adfs01", f"Add-AdfsCertificate -CertificateType Token-Signing -Thumbprint {thumbprint} -IsPrimary"
    ).good()
    page = device.sign_in()
    for _ in range(5):
        assert "wresult" in text(page)
        page = device.submit(page)
    assert "MSIS7042" in text(page)
    published.run("se01", "Import-Module WebAdministration; Restart-WebAppPool LyncExtSignin").good()
    published.wait(30)
    assert device.submit(device.open(PASSIVE)).status == 200


@pytest.mark.parametrize("agent", [PHONE, "Mozilla/5.0 (Windows NT 6.3; WOW64; Trident/7.0; rv:11.0) like Gecko"])
def test_windows_sign_in_inside_catches_devices_by_their_agent(published: Lab, device: Browser, agent: str) -> None:
    """Row 15: with the product's defaults for the intranet a phone is asked for Windows credentials."""
    device.agent = agent
    assert 'value="FormsAuthentication"' in text(device.open(PASSIVE))
    set_policy = "Set-AdfsGlobalAuthenticationPolicy -PrimaryIntranetAuthenticationProvider "
    published.run("adfs01", set_policy + "FormsAuthentication, WindowsAuthentication").good()
    refused = device.open(PASSIVE)
    assert (refused.status, refused.header("WWW-Authenticate")) == (401, "Negotiate, NTLM")
    assert Browser(published.world).open(PASSIVE).status == 200
    agents = "'MSIE 10.0; Windows NT 6', 'MSIPC'"
    published.run("adfs01", f"Set-AdfsProperties -WIASupportedUserAgents {agents}").good()
    assert device.open(PASSIVE).status == 401  # the service reads the list when it starts
    published.run("adfs01", "Restart-Service adfssrv").good()
    assert device.open(PASSIVE).status == 200


def test_the_session_of_a_token_ends_with_it(published: Lab, device: Browser) -> None:
    """Row 44: sixty minutes by default, four hours with the lifetime that Lync Web App asks for."""
    page = device.sign_in()
    assert lifetime(page) == 60
    device.submit(page)
    published.wait(61 * 60)
    assert device.ask(PASSIVE).status == 302
    published.run("adfs01", "Set-AdfsRelyingPartyTrust -TargetName external -TokenLifetime 240").good()
    page = device.open(PASSIVE)
    assert lifetime(page) == 240
    device.submit(page)
    published.wait(61 * 60)
    assert device.ask(PASSIVE).status == 200


def test_a_browser_that_keeps_no_cookies_of_lync_never_completes(published: Lab) -> None:
    """Row 46: AD FS signs it in, and Lync does not know it again."""
    device = Browser(published.world, blocked="lyncweb01.contoso.com")
    page = device.sign_in()
    for _ in range(5):
        page = device.submit(page)
    assert "MSIS7042" in text(page)
    assert device.ticket().header("X-Ms-diagnostics").startswith("28020;")


def test_the_endpoint_for_client_certificates_is_not_published(published: Lab) -> None:
    """Row 47: 49443 answers inside, not from the internet."""
    url = "https://sts.contoso.com:49443/adfs/ls/"
    assert fetch(published.world, published.world.host("se01"), url).status == 200
    with pytest.raises(WebFailure) as failure:
        fetch(published.world, None, url, client=DEVICE)
    assert failure.value.win32 == 12029


def test_a_pool_without_trusts_is_an_unknown_party(published: Lab, device: Browser) -> None:
    """Beside row 1: the trust that was not made shows as MSIS7007 and event 364."""
    published.run("adfs01", "Remove-AdfsRelyingPartyTrust -TargetName external").good()
    assert f"'{WEB}/'" in (page := text(device.open(PASSIVE))) and "MSIS7007" in page
    assert 364 in admin_events(published)


def test_windows_sign_in_is_bound_to_the_certificate_that_the_client_has_seen(published: Lab, device: Browser) -> None:
    """Row 42: extended protection, with another certificate on the proxy than on AD FS."""
    published.run(
        "adfs01",
        "Set-AdfsGlobalAuthenticationPolicy -PrimaryIntranetAuthenticationProvider WindowsAuthentication; "
        "Restart-Service adfssrv",
    ).good()
    federation = device.ask(PASSIVE).header("Location")
    client = replace(DEVICE, account="CORP\\elena", password="Siena-Signs-In-1")
    assert fetch(published.world, None, federation, client=DEVICE).status == 401  # nobody has an account here
    assert fetch(published.world, None, federation, client=replace(client, password="wrong")).status == 401
    assert "wresult" in text(fetch(published.world, None, federation, client=client))  # one certificate on both

    proxy, now = published.world.host("arr01"), published.world.clock.now()
    other = issuing.authority(issuing.common_name("Other CA"), now, 100)
    issued = issuing.issue_for_server(other, "sts.contoso.com", ["sts.contoso.com"], now, 50)
    own = add_certificate(proxy, issued, "of the proxy")
    http_sys(proxy).put(SslBinding("0.0.0.0:443", False, own.thumbprint))
    assert fetch(published.world, None, federation, client=client).status == 401
    published.run("adfs01", "Set-AdfsProperties -ExtendedProtectionTokenCheck None; Restart-Service adfssrv").good()
    assert "wresult" in text(fetch(published.world, None, federation, client=client))
