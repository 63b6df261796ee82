"""Lync Server 2013: topology, central management store and its replicas, servers and users."""

from __future__ import annotations

from .state import Configuration, LyncServer, ManagementStore, Replica
from .topology import Topology, TopologyError

__all__ = ["Configuration", "LyncServer", "ManagementStore", "Replica", "Topology", "TopologyError"]
