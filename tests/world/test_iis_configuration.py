from __future__ import annotations

import pytest

from tests.world.lab import fresh, give, run, server
from winsim.world.feature_setup import install
from winsim.world.host import Host
from winsim.world.iis.document import parse_document
from winsim.world.iis.installation import install_extension
from winsim.world.iis.server import APPLICATION_HOST, schema_of
from winsim.world.lab import World

FARMS = "Add-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter 'webFarms' -Name '.' -Value @{name='f'}"


@pytest.fixture
def proxy() -> tuple[World, Host]:
    world = fresh()
    host = world.host("arr01")
    install(world, host, ["Web-Server", "Web-Scripting-Tools", "Web-Windows-Auth"])
    for name in ("rewrite", "webfarm", "arr"):
        install_extension(host, name)
    return world, host


def text(host: Host) -> str:
    return host.files.read(APPLICATION_HOST).decode()


def test_the_file_holds_what_was_set_and_no_defaults(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    run(world, host, FARMS + """
        $filter = "webFarms/webFarm[@name='f']"
        $at = @{ PSPath = 'MACHINE/WEBROOT/APPHOST' }
        Add-WebConfigurationProperty @at -Filter $filter -Name '.' -Value @{address='se01'}
        $routing = "$filter/server[@address='se01']/applicationRequestRouting"
        Set-WebConfigurationProperty @at -Filter $routing -Name httpsPort -Value 4443
        Set-WebConfigurationProperty @at -Filter $routing -Name httpPort -Value 80
        $protocol = "$filter/applicationRequestRouting/protocol"
        Set-WebConfigurationProperty @at -Filter $protocol -Name timeout -Value '00:16:00'
    """)  # fmt: skip
    assert '<applicationRequestRouting httpsPort="4443" />' in text(host)
    assert '<protocol timeout="00:16:00" />' in text(host)
    assert parse_document(text(host).encode(), schema_of(host)).to_bytes() == text(host).encode()


def test_values_read_back_have_types(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    seen = run(world, host, FARMS + """
        $at = @{ PSPath = 'MACHINE/WEBROOT/APPHOST' }
        $protocol = "webFarms/webFarm[@name='f']/applicationRequestRouting/protocol"
        (Get-WebConfigurationProperty @at -Filter $protocol -Name timeout).Value.GetType().FullName
        (Get-WebConfigurationProperty @at -Filter "$protocol/cache" -Name enabled).Value.GetType().FullName
        $limits = 'system.webServer/security/requestFiltering/requestLimits'
        (Get-WebConfigurationProperty @at -Filter $limits -Name maxQueryString).Value.GetType().FullName
        (Get-WebConfigurationProperty @at -Filter 'system.webServer/httpErrors' -Name errorMode).GetType().FullName
    """)  # fmt: skip
    assert seen.output == ["System.TimeSpan", "System.Boolean", "System.Int64", "System.String"]


def test_a_second_member_with_the_same_key_is_an_error(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    run(world, host, FARMS)
    before = text(host)
    seen = run(world, host, f"try {{ {FARMS} }} catch {{ $_.Exception.GetType().FullName; $_.Exception.Message }}")
    assert seen.output[0] == "System.Runtime.InteropServices.COMException"
    assert "Cannot add duplicate collection entry of type 'webFarm'" in seen.output[1]
    assert text(host) == before


def test_without_arr_the_farms_are_not_found() -> None:
    world = fresh()
    host = world.host("arr01")
    install(world, host, ["Web-Server", "Web-Scripting-Tools"])
    seen = run(world, host, FARMS)
    assert seen.warnings == ["Target configuration object 'webFarms is not found at path 'MACHINE/WEBROOT/APPHOST'."]


def test_wrong_values_are_refused(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    script = """
        foreach ($pair in @('timeout', 'soon'), @('keepAlive', 'perhaps'), @('httpVersion', 'Http3')) {
            try { Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter 'system.webServer/proxy' `
                -Name $pair[0] -Value $pair[1]; 'taken' } catch { 'refused' }
        }
        try { Set-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter 'system.webServer/proxy' `
            -Name timout -Value '00:01:00'; 'taken' } catch { 'refused' }
    """
    assert run(world, host, script).output == ["refused"] * 4


def test_a_locked_section_may_be_set_for_a_site_only_from_above(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    seen = run(world, host, """
        $windows = 'system.webServer/security/authentication/windowsAuthentication'
        $site = 'IIS:\\Sites\\Default Web Site'
        try { Set-WebConfigurationProperty -PSPath $site -Filter $windows -Name enabled -Value $true }
        catch { $_.Exception.Message -like '*locked at a parent level*' }
        $at = @{ PSPath = 'MACHINE/WEBROOT/APPHOST'; Location = 'Default Web Site' }
        Set-WebConfigurationProperty @at -Filter $windows -Name enabled -Value $true
        (Get-WebConfigurationProperty @at -Filter $windows -Name enabled).Value
        (Get-WebConfigurationProperty -PSPath 'MACHINE/WEBROOT/APPHOST' -Filter $windows -Name enabled).Value
    """)  # fmt: skip
    assert seen.output == ["True", "True", "False"]
    assert '<location path="Default Web Site">' in text(host)


def test_removing_gives_the_file_back_as_it_was(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    before = text(host)
    run(world, host, FARMS + """
        $rules = 'system.webServer/rewrite/globalRules'
        $at = @{ PSPath = 'MACHINE/WEBROOT/APPHOST' }
        Add-WebConfigurationProperty @at -Filter $rules -Name '.' -Value @{name='r'; patternSyntax='Wildcard'}
        $conditions = "$rules/rule[@name='r']/conditions"
        Add-WebConfigurationProperty @at -Filter $conditions -Name '.' -Value @{input='{HTTPS}'; pattern='On'}
        Remove-WebConfigurationProperty @at -Filter $rules -Name '.' -AtElement @{name='r'}
        Remove-WebConfigurationProperty @at -Filter 'webFarms' -Name '.' -AtElement @{name='f'}
    """)  # fmt: skip
    assert text(host) == before


def test_netsh_knows_the_bindings_and_their_errors(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    thumbprint = give(host, server("web.contoso.com"))
    program = "appid='{5d89a20c-beab-4389-9447-324788eb944a}'"
    add = f"netsh http add sslcert ipport=0.0.0.0:443 certhash={thumbprint} {program}"
    seen = run(world, host, f"""
        $null = {add}; $LASTEXITCODE
        $again = {add}; $LASTEXITCODE; @($again -match 'Error: 183').Count
        @(netsh http show sslcert ipport=0.0.0.0:443) -match 'Certificate Hash' -replace '\\s', ''
        $null = netsh http delete sslcert ipport=0.0.0.0:443; $LASTEXITCODE
        $null = netsh http delete sslcert ipport=0.0.0.0:443; $LASTEXITCODE
        $null = netsh http add sslcert ipport=0.0.0.0:443 certhash={"0" * 40} {program}
        $LASTEXITCODE
    """)  # fmt: skip
    assert seen.output == ["0", "1", "1", f"CertificateHash:{thumbprint.lower()}", "0", "1", "1"]


def test_bindings_of_sites(proxy: tuple[World, Host]) -> None:
    world, host = proxy
    seen = run(world, host, """
        New-WebBinding -Name 'Default Web Site' -IPAddress '*' -Port 443 -Protocol https
        try { New-WebBinding -Name 'Default Web Site' -IPAddress '*' -Port 443 -Protocol https } catch { 'duplicate' }
        (Get-WebBinding -Name 'Default Web Site' -Protocol https).bindingInformation
        Get-WebBinding -Name 'Default Web Site' -Protocol https | Remove-WebBinding
        @(Get-WebBinding -Name 'Default Web Site' -Protocol https).Count
    """)  # fmt: skip
    assert seen.output == ["duplicate", "*:443:", "0"]
