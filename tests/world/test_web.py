from __future__ import annotations

import sys
from types import ModuleType

import pytest

from tests.world.lab import fresh, give, server, trust
from winsim.web.http import WebFailure, fetch
from winsim.web.messages import Request, Response
from winsim.world.feature_setup import install
from winsim.world.host import Host
from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.iis import server as iis
from winsim.world.iis.installation import install_extension
from winsim.world.lab import World

HOSTS = r"C:\Windows\System32\drivers\etc\hosts"


def echo(world: World, host: Host, asked: Request) -> Response:
    """What the back-end servers of these tests answer: who they are and which host name they were asked for."""
    seconds = float(asked.query.removeprefix("wait=")) if asked.query.startswith("wait=") else 0.0
    return Response(200, f"{host.id} {asked.host_name} {asked.port}".encode(), seconds=seconds)


@pytest.fixture(autouse=True)
def application(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("winsim.test_application")
    vars(module)["echo"] = echo
    monkeypatch.setitem(sys.modules, module.__name__, module)


def farm(proxy: Host, name: str, address: str, https_port: int) -> None:
    """A server farm and its rule, as the reverse proxy role makes them."""
    with iis.editing(proxy) as document:
        farms = document.need_section("webFarms")
        made = farms.make_member({"name": name})
        farms.add(made)
        machine = made.make_member({"address": address})
        machine.child("applicationRequestRouting").set("httpsPort", str(https_port))
        made.add(machine)
        rules = document.need_section("system.webServer/rewrite/globalRules")
        rule = rules.make_member({"name": name, "patternSyntax": "Wildcard", "stopProcessing": "True"})
        rules.add(rule)
        rule.child("match").set("url", "*")
        conditions = rule.child("conditions")
        conditions.add(conditions.make_member({"input": "{HTTP_HOST}", "pattern": name}))
        rule.child("action").set("type", "Rewrite")
        rule.child("action").set("url", f"https://{name}/{{R:0}}")


def published() -> tuple[World, Host, Host, Host]:
    """arr01 publishes web.contoso.com (IIS on se01, port 4443) and sts.contoso.com (AD FS on adfs01, by SNI)."""
    world = fresh()
    proxy, front, sts = world.host("arr01"), world.host("se01"), world.host("adfs01")
    issued = server("web.contoso.com", "sts.contoso.com")
    for host in (proxy, front, sts):
        trust(host)
        thumbprint = give(host, issued)
    install(world, proxy, ["Web-Server", "Web-Windows-Auth"])
    install(world, front, ["Web-Server"])
    for extension in ("rewrite", "webfarm", "arr"):
        install_extension(proxy, extension)
    for host, port in ((proxy, 443), (front, 4443)):
        with iis.editing(host) as document:
            site = document.need_section(iis.SITES).member("site", name="Default Web Site")
            assert site is not None
            bindings = site.child("bindings")
            bindings.add(bindings.make_member({"protocol": "https", "bindingInformation": f"*:{port}:"}))
        http_sys(host).put(SslBinding(f"0.0.0.0:{port}", False, thumbprint))
    front.parts.need(iis.Iis).applications["default web site"] = "winsim.test_application:echo"
    http_sys(sts).put(SslBinding("sts.contoso.com:443", True, thumbprint))
    http_sys(sts).register("https://+:443/adfs/", "winsim.test_application:echo")
    farm(proxy, "web.contoso.com", "192.168.50.31", 4443)
    farm(proxy, "sts.contoso.com", "192.168.50.21", 443)
    return world, proxy, front, sts


def log_of(host: Host) -> str:
    return "".join(e.content.decode() for _, e in host.files.walk(r"C:\inetpub\logs") if not e.is_directory)


def test_a_request_goes_through_address_translation_and_the_farm_with_its_host_name() -> None:
    world, _, front, _ = published()
    assert fetch(world, front, "https://web.contoso.com/x").body == b"se01 web.contoso.com 4443"


def test_without_hairpin_the_public_address_is_out_of_reach_from_inside() -> None:
    world, _, front, _ = published()
    world.network.translations[0].hairpin = False
    with pytest.raises(WebFailure) as failure:
        fetch(world, front, "https://web.contoso.com/x")
    assert failure.value.win32 == 12029


def test_arr_sends_no_server_name_so_ad_fs_needs_a_fallback_binding() -> None:
    world, proxy, _, sts = published()
    refused = fetch(world, proxy, "https://sts.contoso.com/adfs/ls/")
    assert (refused.status, refused.substatus, refused.win32) == (502, 3, 12030)
    assert " 502 3 12030 " in log_of(proxy)
    http_sys(sts).put(SslBinding("0.0.0.0:443", False, sts.certificates.machine_my.entries.popitem()[0]))
    give(sts, server("web.contoso.com", "sts.contoso.com"))
    assert fetch(world, proxy, "https://sts.contoso.com/adfs/ls/").status == 200


def test_arr_overlooks_the_name_of_a_certificate_but_not_an_unknown_root() -> None:
    world, proxy, front, _ = published()
    other = give(front, server("se01.corp.contoso.com"))
    http_sys(front).put(SslBinding("0.0.0.0:4443", False, other))
    assert fetch(world, front, "https://web.contoso.com/").status == 200
    proxy.certificates.store("LocalMachine", "Root").entries.clear()
    refused = fetch(world, front, "https://web.contoso.com/")
    assert (refused.status, refused.win32) == (502, 12175)


def test_a_client_refuses_an_unknown_root_and_a_wrong_name() -> None:
    world, proxy, front, _ = published()
    front.files.write(HOSTS, b"10.0.0.10 other.contoso.com\r\n")
    with pytest.raises(WebFailure, match="trust relationship"):
        fetch(world, front, "https://other.contoso.com/")
    front.certificates.store("LocalMachine", "Root").entries.clear()
    with pytest.raises(WebFailure, match="trust relationship"):
        fetch(world, front, "https://web.contoso.com/")
    assert proxy.name == "ARR01"


def test_the_farm_timeout_cuts_off_a_server_push() -> None:
    world, proxy, _, _ = published()
    assert fetch(world, proxy, "https://web.contoso.com/?wait=40").win32 == 12002
    with iis.editing(proxy) as document:
        found = document.need_section("webFarms").member("webFarm", name="web.contoso.com")
        assert found is not None
        found.child("applicationRequestRouting").child("protocol").set("timeout", "00:16:00")
    assert fetch(world, proxy, "https://web.contoso.com/?wait=40").status == 200


def test_a_public_name_as_farm_address_loops() -> None:
    world, proxy, _, _ = published()
    with iis.editing(proxy) as document:
        found = document.need_section("webFarms").member("webFarm", name="web.contoso.com")
        assert found is not None
        found.members[0].attributes["address"] = "web.contoso.com"
        found.members[0].child("applicationRequestRouting").set("httpsPort", "443")
    refused = fetch(world, proxy, "https://web.contoso.com/")
    assert (refused.status, refused.win32) == (502, 12002)


def test_a_first_rule_without_host_condition_swallows_the_others() -> None:
    world, proxy, _, _ = published()
    with iis.editing(proxy) as document:
        first = document.need_section("system.webServer/rewrite/globalRules").members[0]
        first.child("conditions").members.clear()
    assert fetch(world, proxy, "https://sts.contoso.com/adfs/ls/").body.startswith(b"se01 ")


def test_windows_authentication_on_the_proxy_answers_401_itself() -> None:
    world, proxy, front, _ = published()
    headers = {"Authorization": "NTLM TlRMTVNTUAAB"}
    url = "https://web.contoso.com/WebTicket/WebTicketService.svc"
    assert fetch(world, front, url, "POST", headers).status == 200
    with iis.editing(proxy) as document:
        section = document.need_section("system.webServer/security/authentication/windowsAuthentication")
        section.set("enabled", "true")
    refused = fetch(world, front, url, "POST", headers)
    assert refused.status == 401
    assert b"invalid credentials" in refused.body


def test_request_filtering_limits_body_and_query() -> None:
    world, _, front, _ = published()
    assert fetch(world, front, "https://web.contoso.com/?" + "q" * 2100).substatus == 15
    assert fetch(world, front, "https://web.contoso.com/", "POST", body=bytes(30_000_001)).substatus == 13


def test_dotnet_without_strong_cryptography_cannot_reach_a_tls_1_2_site() -> None:
    world, proxy, front, _ = published()
    for version in ("TLS 1.0", "TLS 1.1"):
        protocols = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
        proxy.registry.set(rf"{protocols}\{version}\Server", "Enabled", 0)
    proxy.registry.set(
        r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server", "Enabled", 0
    )
    with pytest.raises(WebFailure, match="Could not create SSL/TLS secure channel"):
        fetch(world, front, "https://web.contoso.com/")
    front.registry.set(r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", "SchUseStrongCrypto", 1)
    assert fetch(world, front, "https://web.contoso.com/").status == 200


def test_a_stopped_site_and_a_stopped_pool_answer_differently() -> None:
    world, proxy, front, _ = published()
    proxy.parts.need(iis.Iis).stopped_pools.add("defaultapppool")
    assert fetch(world, front, "https://web.contoso.com/").status == 503
    proxy.parts.need(iis.Iis).stopped_sites.add("default web site")
    with pytest.raises(WebFailure) as failure:
        fetch(world, front, "https://web.contoso.com/")
    assert failure.value.win32 == 12029
