"""Cumulative updates of Lync Server 2013: what they bring, and what shows when one is forgotten or out of order."""

from __future__ import annotations

import pytest

from tests.products.running import Lab
from tests.products.test_lync import SERVICE
from winsim.world.lync import LyncServer, machine, updates
from winsim.world.media import stand_in

JULY, OCTOBER = "5.0.8308.420", "5.0.8308.556"
STOP = "Get-Service RTC*, REPLICA | Stop-Service -Force; Stop-Service W3SVC -Force"
INSTALL = r"(Start-Process C:\LyncServerUpdateInstaller.exe -ArgumentList /silentmode -Wait -PassThru).ExitCode"
LEVELS = "Test-CsDatabase -ConfiguredDatabases -SqlServerFqdn se01.corp.contoso.com | ForEach-Object { {0} }"
LATER = "5.0.8308.738"


@pytest.fixture
def released(lab: Lab) -> Lab:
    """se01 as the medium installs it, with the update of October 2013 on its disk."""
    host = lab.world.host("se01")
    server = host.parts.need(LyncServer)
    server.version = machine.RELEASED
    server.databases = dict.fromkeys(server.databases, machine.RELEASED)
    for product in server.products:
        key = rf"{machine.UNINSTALL}\{machine.PRODUCTS[product][1]}"
        host.registry.set(key, "DisplayVersion", machine.RELEASED)
    host.files.write(r"C:\LyncServerUpdateInstaller.exe", stand_in("LyncServerUpdateInstaller.exe"))
    return lab


def update(lab: Lab, version: str = OCTOBER) -> None:
    content = stand_in("LyncServerUpdateInstaller.exe").replace(OCTOBER.encode(), version.encode())
    lab.world.host("se01").files.write(r"C:\LyncServerUpdateInstaller.exe", content)
    assert lab.run("se01", f"{STOP}; {INSTALL}").good().texts == ["0"]


def behind(lab: Lab) -> list[str]:
    script = LEVELS.replace("{0}", "if ($_.InstalledVersion -ne $_.ExpectedVersion) { $_.DatabaseName }")
    return lab.run("se01", script).good().texts


def test_passive_authentication_comes_with_the_update_of_july_2013(released: Lab) -> None:
    new = f"New-CsWebServiceConfiguration -Identity {SERVICE}"
    answer = released.run("se01", f"{new} -UseWsFedPassiveAuth $true")
    assert answer.ids[0].startswith("NamedParameterNotFound,")
    assert "parameter name 'UseWsFedPassiveAuth'" in answer.errors[0].exception.message
    known = "@(Get-CsWebServiceConfiguration -Identity global | Get-Member -Name UseWsFedPassiveAuth).Count"
    assert released.run("se01", known).good().texts == ["0"]
    update(released, JULY)
    assert released.run("se01", known).good().texts == ["1"]
    released.run("se01", f"{new} -UseWsFedPassiveAuth $true").good()


def test_the_installer_does_not_patch_under_running_services(released: Lab) -> None:
    assert released.run("se01", INSTALL).good().texts == ["2"]
    assert updates.version_of(released.world.host("se01"), "OcsCore") == machine.RELEASED
    held = released.run("se01", f"Get-Service RTC*, REPLICA | Stop-Service -Force; {INSTALL}")
    assert held.good().texts == ["3010"]  # the web server held files
    name = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager"
    pending = f"$null -ne (Get-ItemProperty '{name}').PendingFileRenameOperations"
    assert released.run("se01", pending).good().texts == ["True"]


def test_without_the_database_update_the_front_end_does_not_start(released: Lab) -> None:
    update(released)
    assert behind(released) == list(updates.POOL_DATABASES)
    answer = released.run("se01", "Start-CsWindowsService -Name RTCSRV")
    assert "RTCSRV" in answer.errors[0].exception.message
    (event,) = [one for one in released.world.host("se01").events.of("Lync Server") if one.id == 30968]
    assert "stored procedure version mismatch" in event.message
    released.run("se01", "Install-CsDatabase -Update -LocalDatabases; Start-CsWindowsService").good()
    assert behind(released) == []


def test_databases_brought_up_before_the_binaries_are_behind_again(released: Lab) -> None:
    released.run("se01", "Install-CsDatabase -Update -LocalDatabases").good()
    update(released)
    assert behind(released) == list(updates.POOL_DATABASES)


def test_a_shell_that_was_open_before_the_update_works_with_the_old_module(released: Lab) -> None:
    script = f"$null = Get-CsServerVersion; {STOP}; {INSTALL}; Install-CsDatabase -Update -LocalDatabases"
    assert released.run("se01", script).good().texts == ["0"]
    assert behind(released) == list(updates.POOL_DATABASES)


def test_roles_installed_after_the_update_come_from_the_medium_and_need_it_again(released: Lab) -> None:
    host = released.world.host("se01")
    machine.unregister_product(host, "WebComponents")
    update(released)
    machine.register_product(host, "WebComponents", machine.RELEASED)
    assert updates.version_of(host, "OcsCore") == OCTOBER
    assert updates.version_of(host, "WebComponents") == machine.RELEASED
    update(released)
    assert updates.version_of(host, "WebComponents") == OCTOBER


def test_an_older_update_takes_nothing_back(released: Lab) -> None:
    update(released, LATER)
    update(released, JULY)
    assert updates.version_of(released.world.host("se01"), "OcsCore") == LATER


def test_the_management_store_is_brought_up_by_itself(released: Lab) -> None:
    keeper = next(one for one in released.world.hosts.values() if one.services.find("MASTER") is not None)
    server = keeper.parts.need(LyncServer)
    server.databases["xds"] = machine.RELEASED
    sql = f"-SqlServerFqdn {keeper.fqdn} -SqlInstanceName rtc"
    rows = f"Test-CsDatabase -CentralManagementDatabase {sql} | ForEach-Object {{ $_.InstalledVersion }}"
    assert machine.RELEASED in released.run(keeper.id, rows).good().texts
    released.run(keeper.id, f"Install-CsDatabase -Update -CentralManagementDatabase {sql}").good()
    assert server.databases["xds"] == OCTOBER
