"""netsh interface ipv4: the addresses and the DNS servers of an adapter."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError

from winsim.cmdlets.native_arguments import Unknown, tags
from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.host import Adapter, Address
from winsim.world.names import NoAnswer, query
from winsim.world.network import lease

NAMES = ("name", "source", "address", "mask", "gateway", "gwmetric")
DNS_SET = ("name", "source", "address", "register", "validate")
DNS_ADD = ("name", "address", "index", "validate")
# What shows the addresses, what the DNS servers.
SHOWN = {"config": (True, True), "addresses": (True, False), "address": (True, False), "dnsservers": (False, True),
         "dns": (False, True)}  # fmt: skip
NO_ADAPTER = "The filename, directory name, or volume label syntax is incorrect."
INCORRECT = "The parameter is incorrect."


def interface(call: NativeCall, words: list[str]) -> int:
    lower = [word.lower() for word in words]
    if lower[:1] not in (["ipv4"], ["ip"]) or len(lower) < 3:
        raise NotBuilt(f"netsh interface {' '.join(words)}")
    verb, noun = lower[1], lower[2]
    if (verb, noun) == ("set", "address"):
        return set_address(call, tags(words[3:], NAMES))
    if verb == "set" and noun in ("dnsservers", "dns"):
        return set_name_servers(call, tags(words[3:], DNS_SET))
    if verb == "add" and noun in ("dnsservers", "dns"):
        return add_name_server(call, tags(words[3:], DNS_ADD))
    if verb == "show" and noun in SHOWN:
        return show(call, noun, tags(words[3:], ("name",)))
    raise NotBuilt(f"netsh interface {' '.join(words)}")


def show(call: NativeCall, noun: str, options: dict[str, str]) -> int:
    """config, addresses or dnsservers of one adapter or of all."""
    found = [_adapter(call, options["name"])] if "name" in options else list(call.host.adapters)
    for adapter in found:
        if adapter is None:
            return _say(call, NO_ADAPTER, 1)
        call.out("")
        call.out(f'Configuration for interface "{adapter.name}"')
        with_addresses, with_servers = SHOWN[noun]
        rows = [*(_addresses(adapter) if with_addresses else ()), *(_servers(adapter) if with_servers else ())]
        for label, value in rows:
            call.out(f"    {label:<37} {value}")
    return _say(call, "", 0)


def _addresses(adapter: Adapter) -> Iterator[tuple[str, str]]:
    yield "DHCP enabled:", "Yes" if adapter.dhcp else "No"
    for entry in adapter.addresses:
        network = IPv4Interface(f"{entry.address}/{entry.prefix}").network
        yield "IP Address:", entry.address
        yield "Subnet Prefix:", f"{network} (mask {network.netmask})"
    if adapter.gateway:
        yield "Default Gateway:", adapter.gateway


def _servers(adapter: Adapter) -> Iterator[tuple[str, str]]:
    for index, server in enumerate(adapter.dns_servers or ["None"]):
        yield "Statically Configured DNS Servers:" if index == 0 else "", server
    yield "Register with which suffix:", "Primary only" if adapter.registers else "None"


def set_address(call: NativeCall, options: dict[str, str]) -> int:
    if "gwmetric" in options:
        raise NotBuilt("netsh interface ipv4 set address gwmetric=")
    adapter = _adapter(call, options.get("name", ""))
    source = options.get("source", "static" if "address" in options else "").lower()
    if source not in ("static", "dhcp"):
        raise Unknown(options.get("source", "set address"))
    if adapter is None:
        return _say(call, NO_ADAPTER, 1)
    if source == "dhcp":
        if set(options) - {"name", "source"}:
            raise Unknown(next(name for name in options if name not in ("name", "source")))
        if adapter.dhcp:
            return _say(call, "DHCP is already enabled on this interface.", 1)
        lease(call.world, adapter)
    elif not _set_static(adapter, options):
        return _say(call, INCORRECT, 1)
    call.world.touch()
    return _say(call, "", 0)


def set_name_servers(call: NativeCall, options: dict[str, str]) -> int:
    """The list becomes one server or none; without validate=no, netsh asks the server before it says nothing."""
    adapter = _adapter(call, options.get("name", ""))
    source, address = options.get("source", "").lower(), options.get("address", "")
    _check_name_server(options)
    if source not in ("static", "dhcp") or (source == "dhcp" and address):
        raise Unknown(options.get("source", "set dnsservers"))
    if adapter is None:
        return _say(call, NO_ADAPTER, 1)
    if source == "static" and address.lower() != "none" and not _is_address(address):
        return _say(call, INCORRECT, 1)
    adapter.dns_servers = [] if source == "dhcp" or address.lower() == "none" else [address]
    adapter.registers = options.get("register", "primary").lower() != "none"
    call.world.touch()
    return _validated(call, address if adapter.dns_servers else "", options)


def add_name_server(call: NativeCall, options: dict[str, str]) -> int:
    adapter = _adapter(call, options.get("name", ""))
    address, index = options.get("address", ""), options.get("index", "")
    _check_name_server(options)
    if adapter is None:
        return _say(call, NO_ADAPTER, 1)
    if not _is_address(address) or (index and not index.isdigit()):
        return _say(call, INCORRECT, 1)
    if address in adapter.dns_servers:
        return _say(call, "The object already exists.", 1)
    adapter.dns_servers.insert(int(index) - 1 if index and int(index) else len(adapter.dns_servers), address)
    call.world.touch()
    return _validated(call, address, options)


def _check_name_server(options: dict[str, str]) -> None:
    if options.get("register", "primary").lower() not in ("none", "primary"):
        raise NotBuilt(f"netsh interface ipv4 set dnsservers register={options['register']}")
    if options.get("validate", "yes").lower() not in ("yes", "no"):
        raise Unknown(f"validate={options['validate']}")


def _validated(call: NativeCall, address: str, options: dict[str, str]) -> int:
    """The setting is made either way."""
    if address and options.get("validate", "yes").lower() == "yes":
        try:
            query(call.world, call.host, "localhost", "A", address)
        except NoAnswer:
            return _say(call, "The configured DNS server is incorrect or does not exist.", 1)
    return _say(call, "", 0)


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def _set_static(adapter: Adapter, options: dict[str, str]) -> bool:
    """The address replaces what the adapter had; a gateway that is not named stays."""
    address = options.get("address", "")
    prefix = options.get("mask") or address.partition("/")[2] or "24"
    gateway = options.get("gateway", adapter.gateway)
    try:
        wanted = IPv4Interface(f"{address.partition('/')[0]}/{prefix}")
        if gateway and gateway.lower() != "none":
            IPv4Address(gateway)
    except (AddressValueError, NetmaskValueError):
        return False
    adapter.dhcp = False
    adapter.addresses = [Address(str(wanted.ip), wanted.network.prefixlen)]
    adapter.gateway = "" if gateway.lower() == "none" else gateway
    return True


def _adapter(call: NativeCall, name: str) -> Adapter | None:
    return next((one for one in call.host.adapters if name.lower() in (one.name.lower(), str(one.index))), None)


def _say(call: NativeCall, text: str, code: int) -> int:
    call.out(text)
    return code
