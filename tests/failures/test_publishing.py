"""Rows of the failure table that show between the internet and the pool.

Numbers are those of the table's rows; those of ARR alone are beside its model, in tests/world.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.failures.browser import DEVICE, PASSIVE, WEB, Browser, asks_whether_to_trust
from tests.products.running import Lab
from winsim.web import tls
from winsim.web.http import WebFailure, fetch
from winsim.web.messages import Response

AT = "-PSPath MACHINE/WEBROOT/APPHOST"
RULES = "system.webServer/rewrite/globalRules"
PATHS = ("Abs|autodiscover|CertProv|CollabContent|Fonts|GroupExpansion|HybridConfig|lwa|mcx|{}PersistentChat|Reach|"
         "RequestHandlerExt|RgsClients|Scheduler|Storage|ucwa|WebTicket")  # fmt: skip
PUBLIC = "https://lyncdiscover.contoso.com"


def on_proxy(lab: Lab, script: str) -> None:
    lab.run("arr01", script, user="ARR01\\Administrator").good()


def allow(lab: Lab, paths: str) -> None:
    """The rule of the pool with a list of paths, as some guides write it."""
    rule = f"\"{RULES}/rule[@name='lyncweb01.contoso.com']\""
    on_proxy(
        lab,
        f"Set-WebConfigurationProperty {AT} -Filter {rule} -Name patternSyntax -Value ECMAScript; "
        f"Set-WebConfigurationProperty {AT} -Filter ({rule} + '/match') -Name url -Value '^(?:{paths})(?:/.*)?$'; "
        f"Set-WebConfigurationProperty {AT} -Filter \"$({rule})/conditions/add[@input='{{HTTP_HOST}}']\" "
        "-Name pattern -Value '^lyncweb01\\.contoso\\.com$'",
    )


def test_a_list_of_paths_that_forgets_passiveauth_ends_in_404(published: Lab, device: Browser) -> None:
    """Row 12: everything else of the pool is published."""
    allow(published, PATHS.format(""))
    assert device.ask(f"{WEB}/WebTicket/WebTicketService.svc/mex").status == 200
    refused = device.ask(PASSIVE)
    assert (refused.status, refused.header("X-Powered-By")) == (404, "")
    allow(published, PATHS.format("PassiveAuth|"))
    assert device.ask(PASSIVE).status == 302


def discovery(lab: Lab, host: str) -> Response:
    """What a device gets at the discovery name; the certificate of this lab does not cover it, the proxy's would."""
    client = replace(DEVICE, ignore=DEVICE.ignore | tls.IGNORE_NAME)
    return fetch(lab.world, None, f"{host}/", headers={"Accept": "application/json"}, client=client)


def test_a_wrong_rule_for_discovery_leads_the_client_nowhere(published: Lab) -> None:
    """Row 24: without a rule the proxy's own site answers, with a wrong one another server; never the pool."""
    refused = discovery(published, PUBLIC)
    assert (refused.header("X-MS-Server-Fqdn"), refused.header("X-Powered-By")) == ("", "")
    add = (
        f"Add-WebConfigurationProperty {AT} -Filter {RULES} -Name '.' -Value @{{ name = 'd'; patternSyntax = "
        "'Wildcard'; stopProcessing = 'True' }; "
        f"$rule = \"{RULES}/rule[@name='d']\"; "
        f"Set-WebConfigurationProperty {AT} -Filter \"$rule/match\" -Name url -Value '*'; "
        f"Add-WebConfigurationProperty {AT} -Filter \"$rule/conditions\" -Name '.' "
        "-Value @{ input = '{HTTP_HOST}'; pattern = 'lyncdiscover.contoso.com' }; "
        f'Set-WebConfigurationProperty {AT} -Filter "$rule/action" -Name type -Value Rewrite; '
        f'Set-WebConfigurationProperty {AT} -Filter "$rule/action" -Name url -Value '
    )
    on_proxy(published, add + "'https://sts.contoso.com/{R:0}'")
    assert discovery(published, PUBLIC).status == 404
    action = f"Set-WebConfigurationProperty {AT} -Filter \"{RULES}/rule[@name='d']/action\" -Name url -Value "
    on_proxy(published, action + "'https://lyncweb01.contoso.com/{R:0}'")
    found = json.loads(discovery(published, PUBLIC).body)["_links"]
    assert found["user"]["href"].startswith(f"{WEB}/Autodiscover/AutodiscoverService.svc/root/oauth/user")


def links(device: Browser) -> list[str]:
    found = json.loads(device.ask(f"{WEB}/Autodiscover/AutodiscoverService.svc/root").body)["_links"]
    return [link["href"] for link in found.values()]


def test_a_client_asks_whether_to_trust_a_web_service_outside_its_sip_domain(published: Lab, device: Browser) -> None:
    """Row 29: discovery leads to the external name of the topology, whatever the proxy publishes."""
    assert not any(asks_whether_to_trust(link, "contoso.com") for link in links(device))
    published.run(
        "se01",
        "$topology = [string](Get-CsTopology -AsXml); "
        "$topology.Replace('lyncweb01.contoso.com', 'lyncweb01.fabrikam.com') | Out-File C:\\t.xml; "
        "Publish-CsTopology -FileName C:\\t.xml -Force; Invoke-CsManagementStoreReplication",
    ).good()
    published.wait(120)
    assert all(asks_whether_to_trust(link, "contoso.com") for link in links(device))
    assert not any(asks_whether_to_trust(link, "contoso.com", ("fabrikam.com",)) for link in links(device))


def test_ad_fs_through_arr_needs_the_binding_without_a_name(published: Lab, device: Browser) -> None:
    """Row 6: the whole sign-in ends in a 502 at the forms page."""
    published.run("adfs01", "$null = netsh http delete sslcert ipport=0.0.0.0:443").good()
    refused = device.open(PASSIVE)
    assert (refused.status, refused.substatus, refused.win32) == (502, 3, 12030)


def test_an_unknown_authority_behind_the_proxy_ends_every_request(published: Lab, device: Browser) -> None:
    """Row 7: the proxy, which is in no domain, lacks the root certificate."""
    published.world.host("arr01").certificates.store("LocalMachine", "Root").entries.clear()
    for url in (PASSIVE, "https://sts.contoso.com/adfs/ls/"):
        refused = device.ask(url)
        assert (refused.status, refused.substatus, refused.win32) == (502, 3, 12175)


def test_without_hairpin_the_public_name_ends_at_the_router(published: Lab) -> None:
    """Row 13: the way of the mobility address from the internal wireless network."""
    inside = Browser(published.world, source=published.world.host("adfs01"))
    assert inside.ask(PASSIVE).status == 302
    published.world.network.translations[0].hairpin = False
    with pytest.raises(WebFailure) as failure:
        inside.ask(PASSIVE)
    assert failure.value.win32 == 12029
