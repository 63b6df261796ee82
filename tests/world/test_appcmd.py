from __future__ import annotations

import pytest

from tests.world.lab import fresh, run
from winsim.world.feature_setup import install
from winsim.world.host import Host
from winsim.world.iis.installation import install_extension
from winsim.world.iis.server import APPLICATION_HOST, effective
from winsim.world.lab import World

SERVER = "MACHINE/WEBROOT/APPHOST"
RULES = "-section:system.webServer/rewrite/globalRules"


class Proxy:
    def __init__(self) -> None:
        self.world: World = fresh()
        self.host: Host = self.world.host("arr01")
        install(self.world, self.host, ["Web-Server", "Web-Scripting-Tools"])
        for name in ("rewrite", "webfarm", "arr"):
            install_extension(self.host, name)

    def appcmd(self, line: str) -> list[str]:
        """Its output, the exit code last."""
        return run(
            self.world, self.host, f'& "$env:windir\\system32\\inetsrv\\appcmd.exe" {line}; $LASTEXITCODE'
        ).output


@pytest.fixture
def proxy() -> Proxy:
    return Proxy()


def test_objects_are_listed_as_lines_as_values_and_as_xml(proxy: Proxy) -> None:
    assert proxy.appcmd("list site") == ['SITE "Default Web Site" (id:1,bindings:http/*:80:,state:Started)', "0"]
    assert proxy.appcmd("list apppools") == [
        'APPPOOL "DefaultAppPool" (MgdVersion:v4.0,MgdMode:Integrated,state:Started)',
        "0",
    ]
    assert proxy.appcmd("list vdir /text:physicalPath") == [r"%SystemDrive%\inetpub\wwwroot", "0"]
    assert '    <APP path="/" APP.NAME="Default Web Site/" APPPOOL.NAME="DefaultAppPool" ' \
        'SITE.NAME="Default Web Site" />' in proxy.appcmd("list app /xml")  # fmt: skip
    assert proxy.appcmd("list site /state:Stopped") == ["1"]
    assert proxy.appcmd("list site Absent") == [
        'ERROR ( message:Cannot find SITE object with identifier "Absent". )',
        "50",
    ]


def test_a_site_with_its_pool_lives_from_add_to_delete(proxy: Proxy) -> None:
    added = proxy.appcmd(r'add site /name:Shop /bindings:"http/*:81:" /physicalPath:"C:\x y"')
    assert added == ['SITE object "Shop" added', 'APP object "Shop/" added', 'VDIR object "Shop/" added', "0"]
    assert proxy.appcmd("add site /name:Shop")[-1] == "183"
    assert proxy.appcmd("add apppool /name:P /processModel.identityType:NetworkService")[-1] == "0"
    assert proxy.appcmd("set app Shop/ /applicationPool:P") == ['APP object "Shop/" changed', "0"]
    assert proxy.appcmd("set site Shop /+\"bindings.[protocol='http',bindingInformation='*:80:']\"")[-1] == "0"
    assert proxy.appcmd("stop site Shop") == ['"Shop" successfully stopped', "0"]
    assert proxy.appcmd("start site Shop")[-1] == "183", "another site has *:80"
    assert proxy.appcmd("set site Shop /-\"bindings.[protocol='http',bindingInformation='*:80:']\"")[-1] == "0"
    assert proxy.appcmd("start site Shop") == ['"Shop" successfully started', "0"]
    assert proxy.appcmd("list app Shop/") == ['APP "Shop/" (applicationPool:P)', "0"]
    seen = run(proxy.world, proxy.host, "(Get-Website | Where-Object { $_.Name -eq 'Shop' }).physicalPath")
    assert seen.output == [r"C:\x y"]
    assert proxy.appcmd("delete site Shop") == ['SITE object "Shop" deleted', "0"]
    assert proxy.appcmd("delete apppool P") == ['APPPOOL object "P" deleted', "0"]


def test_configuration_is_set_at_the_server_and_for_a_site(proxy: Proxy) -> None:
    applied = 'Applied configuration changes to section "system.webServer/proxy"'
    said = proxy.appcmd('set config -section:system.webServer/proxy /enabled:"True" /commit:apphost')
    assert said == [f'{applied} for "{SERVER}" at configuration commit path "{SERVER}"', "0"]
    assert proxy.appcmd("list config -section:proxy /text:enabled") == ["true", "0"]
    basic = "-section:anonymousAuthentication"
    assert proxy.appcmd(f'set config "Default Web Site" {basic} /enabled:false')[-1] == "33", "the section is locked"
    at_server = proxy.appcmd(f'set config "Default Web Site" {basic} /enabled:false /commit:apphost')
    assert at_server[0].endswith(f'for "{SERVER}/Default Web Site" at configuration commit path "{SERVER}"')
    assert proxy.appcmd(f"unlock config {basic}")[0].startswith("Unlocked section")
    assert proxy.appcmd(f'set config "Default Web Site" {basic} /enabled:true')[-1] == "0"
    section = "system.webServer/security/authentication/anonymousAuthentication"
    assert effective(proxy.host, section, "Default Web Site").value("enabled") is True, (
        "the site's own file has the word"
    )


def test_rules_are_added_and_one_bad_property_takes_all_of_them_back(proxy: Proxy) -> None:
    rule = "\"/+[name='R',stopProcessing='True']\" \"/[name='R'].match.url:^a:b\""
    before = proxy.host.files.read(APPLICATION_HOST)
    assert proxy.appcmd(f"set config {RULES} {rule} \"/[name='R'].action.type:Fly\"")[-1] == "13"
    assert proxy.appcmd(f"set config {RULES} {rule} /nothing:1")[-1] == "87"
    assert proxy.host.files.read(APPLICATION_HOST) == before
    condition = "\"/+[name='R'].conditions.[input='{HTTP_HOST}',pattern='^x]''y$']\""
    assert proxy.appcmd(f"set config {RULES} {rule} {condition} /commit:apphost")[-1] == "0"
    (made,) = effective(proxy.host, "system.webServer/rewrite/globalRules").of("rule")
    assert made.child("match").text("url") == "^a:b"
    assert made.child("conditions").members[0].text("pattern") == "^x]'y$"
    assert proxy.appcmd(f"set config {RULES} \"/-[name='R']\"")[-1] == "0"
    assert proxy.appcmd(f"set config {RULES} \"/-[name='R']\"")[-1] == "4312"
    assert proxy.appcmd("set config -section:defaultDocument \"/+files.[@start,value='a.htm']\"")[-1] == "0"
    files = effective(proxy.host, "system.webServer/defaultDocument").child("files").members
    assert files[0].text("value") == "a.htm"
    assert proxy.appcmd("reset config -section:defaultDocument")[-1] == "0"
    assert proxy.host.files.read(APPLICATION_HOST) == before


def test_appcmd_is_not_found_by_its_name_alone_and_not_without_iis(proxy: Proxy) -> None:
    assert run(proxy.world, proxy.host, "[bool](Get-Command appcmd -ErrorAction SilentlyContinue)").output == ["False"]
    path = r"[bool](Get-Command C:\Windows\System32\inetsrv\appcmd.exe -ErrorAction SilentlyContinue)"
    assert run(proxy.world, proxy.host, path).output == ["True"]
    assert run(proxy.world, proxy.world.host("se01"), path).output == ["False"]
    by_path = r"$env:Path += ';C:\Windows\System32\inetsrv'; appcmd list site /text:name"
    assert run(proxy.world, proxy.host, by_path).output == ["Default Web Site"]
