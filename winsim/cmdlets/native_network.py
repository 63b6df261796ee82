"""netstat.exe, route.exe and ping.exe."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from winsim.cmdlets.native_arguments import Unknown, told_apart
from winsim.cmdlets.nettcpip import SERVICE_PORTS
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.web.http import is_listening
from winsim.world.host import Host
from winsim.world.http_sys import http_sys
from winsim.world.iis.bindings import BindingInformation
from winsim.world.iis.server import sites
from winsim.world.network import route as route_of
from winsim.world.processes import running
from winsim.world.winrm import WinRmService

HTTP_SYS = 4  # its sockets belong to the system process
RULE = "=" * 75
LOOPBACK_METRIC, METRIC, DEFAULT_METRIC = 306, 266, 10


def listeners(call: NativeCall) -> Iterator[tuple[int, int]]:
    """Port and process: http.sys for IIS, WinRM and programs on it, services for their own."""
    host = call.host
    ports = {port for port in _http_ports(host) if _answers(call, port)}
    if host.services.running("WinRM"):
        ports |= {one.port for one in host.parts.need(WinRmService).listeners if one.enabled}
    own = int(str(call.session.scope.lookup("pid", 4012)))
    inside = {service.name.lower(): one.id for one in running(host, own) for service in one.services}
    found = dict.fromkeys(ports, HTTP_SYS)
    for port, service in SERVICE_PORTS.items():
        if port not in found and host.services.running(service):
            found[port] = HTTP_SYS if service == "LanmanServer" else inside.get(service.lower(), HTTP_SYS)
    yield from sorted(found.items())


def _http_ports(host: Host) -> Iterator[int]:
    for site in sites(host):
        for row in site.child("bindings").members:
            information = BindingInformation.parse(row.text("bindingInformation"))
            if information is not None:
                yield information.port
    for entry in http_sys(host).registrations:
        yield int(entry.prefix.partition("://")[2].partition("/")[0].rpartition(":")[2])


def _answers(call: NativeCall, port: int) -> bool:
    addresses = call.host.addresses or ["127.0.0.1"]
    return any(
        is_listening(call.world, call.host, at, scheme, port) for at in addresses for scheme in ("http", "https")
    )


@native("netstat.exe")
def netstat(call: NativeCall) -> int:
    """-a with -n, and -o for the processes: what listens on TCP. Connections are not kept, nor what listens on UDP."""
    letters: set[str] = set()
    for word in call.args:
        if word[:1] not in "-/" or len(word) < 2:
            raise NotBuilt(f"netstat {word}")
        letters |= set(word[1:].lower())
    if letters - set("anobefpqrstxy"):
        call.out("")
        call.out("Displays protocol statistics and current TCP/IP network connections.")
        call.out("")
        call.out("NETSTAT [-a] [-b] [-e] [-f] [-n] [-o] [-p proto] [-r] [-s] [-x] [-t] [interval]")
        return 1
    if not {"a", "n"} <= letters or letters - set("ano"):
        raise NotBuilt(f"netstat {' '.join(call.args)}".rstrip())
    owners = "o" in letters
    call.out("")
    call.out("Active Connections")
    call.out("")
    call.out(
        f"  {'Proto':<7}{'Local Address':<23}{'Foreign Address':<23}{'State':<16}{'PID' if owners else ''}".rstrip()
    )
    for port, process in listeners(call):
        line = f"  {'TCP':<7}{f'0.0.0.0:{port}':<23}{'0.0.0.0:0':<23}{'LISTENING':<16}"
        call.out(line + str(process) if owners else line.rstrip())
    return 0


@native("route.exe")
def route(call: NativeCall) -> int:
    """print [-4]: there are no routes but those of the adapters."""
    try:
        given = told_apart(call.args, ("4",), unbuilt=("f", "p", "6"), program="route")
    except Unknown as error:
        raise NotBuilt(f"route {error.word}") from None
    if [word.lower() for word in given.words] != ["print"]:
        raise NotBuilt(f"route {' '.join(call.args)}".rstrip())
    call.out(RULE)
    call.out("Interface List")
    for adapter in call.host.adapters:
        call.out(f"{adapter.index:>3}...{adapter.mac.replace('-', ' ').lower()} ......{adapter.description}")
    call.out("  1...........................Software Loopback Interface 1")
    call.out(RULE)
    call.out("")
    call.out("IPv4 Route Table")
    call.out(RULE)
    call.out("Active Routes:")
    call.out("Network Destination        Netmask          Gateway       Interface  Metric")
    for row in sorted(active_routes(call.host), key=lambda row: (IPv4Address(row[0]), IPv4Address(row[1]))):
        call.out(f"{row[0]:>17}{row[1]:>17}{row[2]:>17}{row[3]:>17}{row[4]:>7}")
    call.out(RULE)
    call.out("Persistent Routes:")
    written = [adapter.gateway for adapter in call.host.adapters if adapter.gateway and not adapter.dhcp]
    if written:
        call.out("  Network Address          Netmask  Gateway Address  Metric")
    for gateway in written:
        call.out(f"{'0.0.0.0':>17}{'0.0.0.0':>17}{gateway:>17}  Default ")
    call.out(RULE if written else "  None")
    if "4" not in given:
        for line in ("", "IPv6 Route Table", RULE, "Active Routes:", "  None", "Persistent Routes:", "  None"):
            call.out(line)
    return 0


def active_routes(host: Host) -> Iterator[tuple[str, str, str, str, int]]:
    """Destination, mask, gateway, interface, metric."""
    for adapter in host.adapters:
        for index, entry in enumerate(adapter.addresses):
            if adapter.gateway and index == 0:
                yield (
                    "0.0.0.0",
                    "0.0.0.0",
                    adapter.gateway,
                    entry.address,
                    METRIC if not adapter.dhcp else DEFAULT_METRIC,
                )
            network = IPv4Interface(f"{entry.address}/{entry.prefix}").network
            yield from _on_link(network, entry.address, METRIC)
    yield from _on_link(IPv4Network("127.0.0.0/8"), "127.0.0.1", LOOPBACK_METRIC)


def _on_link(network: IPv4Network, address: str, metric: int) -> Iterator[tuple[str, str, str, str, int]]:
    whole = "255.255.255.255"
    yield str(network.network_address), str(network.netmask), "On-link", address, metric
    yield address, whole, "On-link", address, metric
    yield str(network.broadcast_address), whole, "On-link", address, metric
    yield "224.0.0.0", "240.0.0.0", "On-link", address, metric
    yield whole, whole, "On-link", address, metric


@native("ping.exe")
def ping(call: NativeCall) -> int:
    """[-n count] [-l size] [-w timeout] [-4] name: machines of the lab answer at once."""
    try:
        given = told_apart(
            call.args, ("4",), ("n", "l", "w"), unbuilt=("t", "a", "f", "i", "v", "r", "s", "j", "k", "6", "p"),
            program="ping",
        )  # fmt: skip
    except Unknown as error:
        call.out(f"Bad option {error.word}.")
        return 1
    count, size = given.get("n", "4"), given.get("l", "32")
    if len(given.words) != 1 or not all(text.isdigit() for text in (count, size, given.get("w", "4000"))):
        raise NotBuilt(f"ping {' '.join(call.args)}".rstrip())
    name = given.words[0]
    addresses = call.world.resolve(call.host, name)
    if not addresses:
        call.out(f"Ping request could not find host {name}. Please check the name and try again.")
        return 1
    address = addresses[0]
    reached = route_of(call.world, call.host, address, 0)
    shown = address if address == name else f"{name} [{address}]"
    call.out("")
    call.out(f"Pinging {shown} with {size} bytes of data:")
    for _ in range(int(count)):
        call.out(f"Reply from {address}: bytes={size} time<1ms TTL=128" if reached else "Request timed out.")
    received = int(count) if reached else 0
    call.out("")
    call.out(f"Ping statistics for {address}:")
    loss = 0 if received else 100
    call.out(f"    Packets: Sent = {count}, Received = {received}, Lost = {int(count) - received} ({loss}% loss),")
    if received:
        call.out("Approximate round trip times in milli-seconds:")
        call.out("    Minimum = 0ms, Maximum = 0ms, Average = 0ms")
    return 0 if received else 1
