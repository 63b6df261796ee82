"""Addresses of a machine: what DHCP gave it, what is written by hand, and who still finds it."""

from __future__ import annotations

from tests.world.lab import fresh, run
from winsim.world.firewall import Firewall
from winsim.world.network import is_plugged
from winsim.world.winrm import open_ports

READ = """\
$address = Get-NetIPAddress -InterfaceAlias Ethernet
$route = Get-NetRoute -InterfaceAlias Ethernet -DestinationPrefix '0.0.0.0/0' -ErrorAction SilentlyContinue
$interface = Get-NetIPInterface -InterfaceAlias Ethernet -AddressFamily IPv4
"$($address.IPAddress)/$($address.PrefixLength) $($route.NextHop) $($interface.Dhcp) $($address.PrefixOrigin)"
"""


def test_netsh_makes_an_address_static_in_one_go_and_gives_it_back() -> None:
    world = fresh()
    host = world.host("se01")
    assert run(world, host, READ).output == ["192.168.50.31/24 192.168.50.1 Enabled Dhcp"]
    static = "netsh interface ipv4 set address name=Ethernet source=static {} mask=255.255.255.0 gateway=192.168.50.254"
    assert run(world, host, static.format("address=192.168.50.31") + "; $LASTEXITCODE").output[-1] == "0"
    assert run(world, host, READ).output == ["192.168.50.31/24 192.168.50.254 Disabled Manual"]
    assert run(world, host, static.format("address=192.168.50") + "; $LASTEXITCODE").output[-1] == "1"
    dhcp = "netsh interface ipv4 set address 12 dhcp; $LASTEXITCODE"
    assert run(world, host, dhcp).output[-1] == "0"
    assert run(world, host, READ).output == ["192.168.50.31/24 192.168.50.1 Enabled Dhcp"]
    assert run(world, host, dhcp).output[-1] == "1"  # it has it already


def test_between_two_commands_a_machine_without_an_address_is_found_by_nobody() -> None:
    world = fresh()
    host = world.host("se01")
    taken = "New-NetIPAddress -InterfaceAlias Ethernet -IPAddress 192.168.50.31 -PrefixLength 24"
    assert run(world, host, f"{taken} -ErrorAction SilentlyContinue; $?").output == ["False"]
    run(world, host, "Set-NetIPInterface -InterfaceAlias Ethernet -Dhcp Disabled")
    assert not host.addresses and not is_plugged(world, host)
    run(world, host, f"{taken} -DefaultGateway 192.168.50.1")
    assert is_plugged(world, host)
    assert run(world, host, READ).output == ["192.168.50.31/24 192.168.50.1 Disabled Manual"]
    run(world, host, "Remove-NetRoute -InterfaceAlias Ethernet -DestinationPrefix '0.0.0.0/0' -Confirm:$false")
    assert run(world, host, READ).output == ["192.168.50.31/24  Disabled Manual"]


def test_the_firewall_decides_by_the_profile_of_the_network() -> None:
    world = fresh()
    host = world.host("se01")
    assert [one.port for one in open_ports(host)] == [5985]
    run(world, host, "Disable-NetFirewallRule -Name WINRM-HTTP-In-TCP-PUBLIC")
    assert not open_ports(host)  # a fresh machine takes its network for a public one
    run(world, host, "Set-NetConnectionProfile -InterfaceAlias Ethernet -NetworkCategory Private")
    assert [one.port for one in open_ports(host)] == [5985]
    run(world, host, "New-NetFirewallRule -Name no -DisplayName no -Action Block -Protocol TCP -LocalPort 5000-6000")
    assert not open_ports(host)
    host.parts.need(Firewall).profiles["Private"] = False
    assert [one.port for one in open_ports(host)] == [5985]


def test_the_ports_of_a_rule_are_a_filter_of_its_own() -> None:
    world = fresh()
    host = world.host("se01")
    script = "$f = Get-NetFirewallRule -Name 'WINRM-HTTP-In-TCP' | Get-NetFirewallPortFilter; $f.Protocol; $f.LocalPort"
    assert run(world, host, script).output == ["TCP", "5985"]
