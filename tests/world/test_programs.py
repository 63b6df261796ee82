"""What native programs do on the simulated hosts, read back from the hosts."""

from __future__ import annotations

import pytest

from tests.world.lab import fresh, run
from winsim.world.feature_setup import install, remove
from winsim.world.host import Host
from winsim.world.lab import World
from winsim.world.names import HOSTS_FILE
from winsim.world.power import waiting_restarts


@pytest.fixture
def world() -> World:
    return fresh()


@pytest.fixture
def host(world: World) -> Host:
    return world.host("arr01")


def test_the_hosts_file_of_a_fresh_machine_has_tabs(host: Host) -> None:
    content = host.files.read(HOSTS_FILE)
    assert b"#\t127.0.0.1       localhost\r\n#\t::1             localhost\r\n" in content
    assert b"\\" not in content


def test_iis_leaves_its_version_and_its_parts_in_the_registry(world: World, host: Host) -> None:
    install(world, host, ["Web-Server", "Web-Scripting-Tools"])
    script = r"""
        $setup = Get-ItemProperty HKLM:\SOFTWARE\Microsoft\InetStp
        $setup.VersionString; $setup.SetupString; $setup.InstallPath; $setup.PathWWWRoot
        (Get-ItemProperty HKLM:\SOFTWARE\Microsoft\InetStp\Components).ManagementScriptingTools
    """
    assert run(world, host, script).output == [
        "Version 8.5", "IIS 8.5", r"C:\Windows\system32\inetsrv", r"C:\inetpub\wwwroot", "1",
    ]  # fmt: skip
    remove(world, host, ["Web-Server", "Web-Scripting-Tools"])
    assert host.registry.find(r"HKLM\SOFTWARE\Microsoft\InetStp") is None


def test_iisreset_status_only_tells_how_the_services_are(world: World, host: Host) -> None:
    install(world, host, ["Web-Server"])
    run(world, host, "Stop-Service W3SVC")
    assert run(world, host, "iisreset /status; $LASTEXITCODE").output == [
        "",
        "Status for Windows Process Activation Service ( WAS ) : Running",
        "Status for World Wide Web Publishing Service ( W3SVC ) : Stopped",
        "0",
    ]
    assert not host.services.running("W3SVC")
    assert run(world, host, "$null = iisreset /start /timeout:60; $LASTEXITCODE").output == ["0"]
    assert host.services.running("W3SVC")


def test_shutdown_means_the_machine_that_it_names(world: World, host: Host) -> None:
    other = world.host("se01")
    assert run(world, host, r"shutdown /r /t 0 /m \\192.168.50.31 2>$null; $LASTEXITCODE").output == ["5"]
    assert not waiting_restarts(world, other) and not waiting_restarts(world, host)
    assert run(world, host, "shutdown /r /t 60 /c 'for a test' /d p:2:4; $LASTEXITCODE").output == ["0"]
    assert len(waiting_restarts(world, host)) == 1
    assert "Reason Code: 0x80020004" in run(world, host, "(Get-EventLog System -Newest 1).Message").output[0]
    assert run(world, host, "shutdown /r 2>$null; $LASTEXITCODE; shutdown -a; $LASTEXITCODE").output == ["1190", "0"]
    assert not waiting_restarts(world, host)
    assert run(world, host, "shutdown /a 2>$null; $LASTEXITCODE").output == ["1116"]
    assert run(world, host, "$null = shutdown /t 5 /r /x; $LASTEXITCODE").output == ["1"]


def test_the_time_service_goes_by_what_it_has_read(world: World, host: Host) -> None:
    asked = "w32tm /query /source"
    configured = "$null = w32tm /config /manualpeerlist:192.168.50.31 /syncfromflags:manual"
    assert run(world, host, f"{configured}; {asked}").output == ["Local CMOS Clock"]
    assert run(world, host, f"$null = w32tm /config /reliable:yes /update; {asked}").output == ["192.168.50.31"]
    key = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Config"
    assert "    AnnounceFlags    REG_DWORD    0x5" in run(world, host, f"reg query {key} /v AnnounceFlags").output
    run(world, host, "$null = w32tm /config /syncfromflags:no; Restart-Service W32Time")
    assert run(world, host, asked).output == ["Local CMOS Clock"]


def test_icacls_reaches_below_denies_and_takes_back(world: World, host: Host) -> None:
    host.files.make_directory(r"C:\lab\in")
    host.files.write(r"C:\lab\in\a.txt", b"")
    entry = host.files.need(r"C:\lab\in\a.txt")
    said = run(world, host, r"icacls C:\lab /grant '*S-1-5-32-545:(OI)(CI)(RX,W)' /t")
    assert said.output[-1] == "Successfully processed 3 files; Failed processing 0 files"
    assert [(one.account, one.inheritance) for one in entry.access.entries] == [("BUILTIN\\Users", 0)]
    assert run(world, host, r"(icacls C:\lab\in\a.txt /deny Everyone:W /q).Count").output == ["1"]
    assert [one.allow for one in entry.access.entries] == [False, True]
    run(world, host, r"icacls C:\lab\in\a.txt /remove:d Everyone; icacls C:\lab\in\a.txt /setowner SYSTEM")
    assert [one.allow for one in entry.access.entries] == [True]
    assert entry.access.owner == "NT AUTHORITY\\SYSTEM"
    shown = run(world, host, r"icacls C:\lab\in\a.txt /reset /q; icacls C:\lab\in\a.txt").output
    assert shown[1].startswith(r"C:\lab\in\a.txt BUILTIN\Users:(I)")


def test_a_rule_of_the_firewall_is_added_shown_changed_and_deleted(world: World, host: Host) -> None:
    rule = "netsh advfirewall firewall {} rule name='Lab'"
    add = rule.format("add") + " dir=in action=allow protocol=TCP localport=8080"
    assert run(world, host, f"{add}; $LASTEXITCODE").output == ["Ok.", "", "0"]
    run(world, host, rule.format("set") + " new enable=no localport=8081")
    shown = run(world, host, rule.format("show")).output
    assert "Enabled:                              No" in shown
    assert "LocalPort:                            8081" in shown
    assert run(world, host, rule.format("delete") + " dir=out; $LASTEXITCODE").output[-1] == "1"
    assert run(world, host, rule.format("delete") + " dir=in").output[1] == "Deleted 1 rule(s)."


def test_net_knows_services_users_and_groups(world: World, host: Host) -> None:
    assert run(world, host, "net stop Spooler; net start 'Print Spooler'; $LASTEXITCODE").output[-1] == "0"
    assert run(world, host, "net stop RpcSs 2>$null; $LASTEXITCODE").output[-1] == "2", "others depend on it"
    refused = (
        "net user lab simple /add 2>$null; $LASTEXITCODE; net user lab 'Pass-word1' /add | Out-Null; $LASTEXITCODE"
    )
    assert run(world, host, refused).output == ["2", "0"]
    member = "$null = net localgroup Administrators lab /{0} 2>$null; $LASTEXITCODE"
    assert run(world, host, "; ".join(member.format(verb) for verb in ("add", "add"))).output == ["0", "2"]
    assert "lab" in run(world, host, "net localgroup Administrators").output
    assert run(world, host, member.format("delete")).output == ["0"]


def test_programs_tell_what_runs_listens_and_is_routed(world: World, host: Host) -> None:
    install(world, host, ["Web-Server"])
    listens = r"netstat -ano | Select-String ':80\s' | ForEach-Object { ($_.Line -split '\s+')[-1] }"
    assert run(world, host, listens).output == ["4"]
    run(
        world, host, "Stop-Website 'Default Web Site'" if host.has_module("webadministration") else "Stop-Service W3SVC"
    )
    assert run(world, host, listens).output == []
    tasks = "(tasklist /svc /fi 'services eq Spooler' /fo csv | ConvertFrom-Csv).'Image Name'"
    assert run(world, host, f"{tasks}; $null = taskkill /im spoolsv.exe /f; (Get-Service Spooler).Status").output == [
        "spoolsv.exe", "Stopped",
    ]  # fmt: skip
    routes = run(world, host, "route print -4").output
    assert "          0.0.0.0          0.0.0.0         10.0.0.1        10.0.0.10     10" in routes
    assert run(world, host, "(systeminfo /fo csv | ConvertFrom-Csv).Domain").output == ["WORKGROUP"]
    groups = "(whoami /groups /fo csv | ConvertFrom-Csv).SID"
    assert run(world, host, groups).output == ["S-1-5-32-544"]


@pytest.mark.parametrize("line", ["cmd /x /c ver", "cmd /c schtasks /query", "cmd /c 'for %i in (1) do echo %i'"])
def test_what_cmd_cannot_do_is_no_error_that_a_script_can_swallow(world: World, host: Host, line: str) -> None:
    assert run(world, host, "cmd /d /q /c 'echo hi & ver'").output[0].strip() == "hi"
    with pytest.raises(AssertionError, match="does not implement"):
        run(world, host, f"try {{ {line} 2>$null }} catch {{ }}")


def test_reg_and_sc_say_what_they_do_not_take(world: World, host: Host) -> None:
    key = r"HKLM\SOFTWARE\Lab"
    run(world, host, f"reg add {key} /v a /t REG_MULTI_SZ /s '|' /d 'x|y'")
    assert run(world, host, r"(Get-ItemProperty HKLM:\SOFTWARE\Lab).a").output == ["x", "y"]
    assert run(world, host, f"$null = reg query {key} /x 2>$null; $LASTEXITCODE").output == ["1"]
    assert run(world, host, r"$null = reg add HKXX\a 2>$null; $LASTEXITCODE").output == ["1"]
    assert run(world, host, f"$null = reg delete {key} /f; Test-Path HKLM:\\SOFTWARE\\Lab").output == ["False"]
    assert run(world, host, "$null = sc.exe config Spooler start=demand; $LASTEXITCODE").output == ["1639"]
    assert run(world, host, "$null = sc.exe config Spooler start= disabled; $LASTEXITCODE").output == ["0"]
    assert run(world, host, "$null = net start Spooler; sc.exe start Spooler | Out-Null; $LASTEXITCODE").output == [
        "1056"
    ]
