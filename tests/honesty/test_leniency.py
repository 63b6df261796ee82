"""What mutants of steps got away with once: the simulated lab took what Windows refuses."""

from __future__ import annotations

import pytest

from tests.world.lab import fresh, run
from winsim.world.feature_setup import install
from winsim.world.host import Host
from winsim.world.lab import World


@pytest.fixture
def web_server() -> tuple[World, Host]:
    world = fresh()
    host = world.host("arr01")
    install(world, host, ["Web-Server", "Web-Scripting-Tools"])
    return world, host


def test_a_registry_value_is_of_a_kind_that_there_is(web_server: tuple[World, Host]) -> None:
    seen = run(
        *web_server,
        r"""
        $key = 'HKLM:\SOFTWARE\Test'
        $null = New-Item $key
        $null = New-ItemProperty $key -Name Wrong -PropertyType DWordx -Value 1 -ErrorAction SilentlyContinue
        $Error[0].FullyQualifiedErrorId
        $null = New-ItemProperty $key -Name Right -PropertyType dword -Value 1
        (Get-Item $key).Property
        (Get-Item $key).GetValueKind('Right')
    """,
    )
    refused = "System.ArgumentException,Microsoft.PowerShell.Commands.NewItemPropertyCommand"
    assert seen.output == [refused, "Right", "DWord"]


def test_the_iis_drive_comes_with_its_module(web_server: tuple[World, Host]) -> None:
    script = r"Test-Path IIS:\AppPools; Import-Module WebAdministration; Test-Path IIS:\AppPools"
    assert run(*web_server, script).output == ["False", "True"]
    assert run(*web_server, r"$null = Get-Website; Test-Path IIS:\AppPools").output == ["True"]


def test_configuration_is_not_added_under_a_name_that_is_not_there(web_server: tuple[World, Host]) -> None:
    with pytest.raises(AssertionError, match=r"-Name files.x, which .* does not have"):
        run(
            *web_server,
            """
            Add-WebConfigurationProperty -PSPath MACHINE/WEBROOT/APPHOST -Filter system.webServer/defaultDocument `
                -Name files.x -Value @{ value = 'a.htm' }
        """,
        )


def test_a_file_is_not_read_or_written_in_no_encoding(web_server: tuple[World, Host]) -> None:
    seen = run(
        *web_server,
        r"""
        foreach ($do in { [IO.File]::ReadAllText('C:\x', $null) }, { [IO.File]::WriteAllText('C:\x', 'a', $null) }) {
            try { & $do } catch { $_.Exception.InnerException.GetType().Name }
        }
        Test-Path C:\x
    """,
    )
    assert seen.output == ["ArgumentNullException", "ArgumentNullException", "False"]
