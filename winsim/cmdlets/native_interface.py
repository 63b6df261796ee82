"""netsh interface ipv4: the addresses of an adapter, changed in one go."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError

from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.host import Adapter, Address
from winsim.world.network import lease

NAMES = ("name", "source", "address", "mask", "gateway")


def interface(call: NativeCall, words: list[str]) -> int:
    lower = [word.lower() for word in words]
    if lower[:1] not in (["ipv4"], ["ip"]) or lower[1:3] != ["set", "address"]:
        raise NotBuilt(f"netsh interface {' '.join(words)}")
    options = _options(words[3:])
    strange = [name for name in options if name not in NAMES]
    if strange:
        raise NotBuilt(f"netsh interface ipv4 set address {strange[0]}=")
    adapter = _adapter(call, options.get("name", ""))
    if adapter is None:
        return _say(call, "The filename, directory name, or volume label syntax is incorrect.", 1)
    if options.get("source", "").lower() == "dhcp":
        if adapter.dhcp:
            return _say(call, "DHCP is already enabled on this interface.", 1)
        lease(call.world, adapter)
    elif not _set_static(adapter, options):
        return _say(call, "The parameter is incorrect.", 1)
    call.world.touch()
    return _say(call, "", 0)


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


def _options(words: list[str]) -> dict[str, str]:
    """By name, or in the order of the usage."""
    result: dict[str, str] = {}
    for position, word in enumerate(words):
        name, equals, value = word.partition("=")
        if equals:
            result[name.lower()] = value.strip('"')
        else:
            result[NAMES[position] if position < len(NAMES) else word] = word
    return result


def _adapter(call: NativeCall, name: str) -> Adapter | None:
    return next((one for one in call.host.adapters if name.lower() in (one.name.lower(), str(one.index))), None)


def _say(call: NativeCall, text: str, code: int) -> int:
    call.out(text)
    return code
