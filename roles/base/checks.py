"""What follows from the connection and the network of a host."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from passivelab.lab.model import Host, Lab


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    return {
        "https": host.connection.scheme == "https",
        "mask": str(IPv4Network(f"0.0.0.0/{host.prefix}").netmask),
    }
