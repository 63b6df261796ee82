"""The state of a Lync Server 2013 deployment: the central management store, its replicas, and each server."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime

from winsim.world.adfs.metadata import FederationService

from .topology import Topology, parse

Setting = str | int | bool | list[str] | None
Collections = dict[str, dict[str, dict[str, Setting]]]  # collection -> identity in lower case -> settings


@dataclass
class SimpleUrl:
    component: str
    domain: str
    active_url: str
    entries: list[str] = field(default_factory=list)


@dataclass
class Configuration:
    """What replicates: the topology and the settings that were written at each scope."""

    revision: int = 0
    topology: str = ""  # the document
    published: bool = False
    enabled: list[str] = field(default_factory=list)  # FQDNs of machines that Enable-CsTopology has seen
    collections: Collections = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)  # lower case -> as it is written
    simple_urls: list[SimpleUrl] = field(default_factory=list)
    oauth_thumbprint: str = ""
    partner_applications: dict[str, str] = field(default_factory=dict)  # identity -> application identifier
    conference_directories: dict[str, str] = field(default_factory=dict)  # number -> pool

    def read_topology(self) -> Topology | None:
        return parse(self.topology) if self.topology else None

    def snapshot(self) -> Configuration:
        return copy.deepcopy(self)


@dataclass
class Replica:
    """What the master knows of a machine's copy."""

    fqdn: str
    revision: int = -1
    last_status: datetime | None = None
    last_creation: datetime | None = None
    version: str = ""


@dataclass
class ManagementStore:
    """The central management store: databases xds and lis on the SQL instance of ``server``."""

    server: str = ""  # FQDN of the machine with the SQL instance
    instance: str = "rtc"
    configuration: Configuration = field(default_factory=Configuration)
    replicas: dict[str, Replica] = field(default_factory=dict)  # by FQDN in lower case


@dataclass
class LyncServer:
    """Lync on one machine."""

    version: str = "5.0.8308.0"
    products: list[str] = field(default_factory=list)  # OcsCore, AdminTools, LocalStore, FrontEnd ...
    sql_instances: list[str] = field(default_factory=list)
    databases: dict[str, str] = field(default_factory=dict)  # of the instance RTC, with the version of their set-up
    local: Configuration | None = None  # the local store, None before it is set up
    replica_enabled: bool = False
    activated: bool = False
    certificates: dict[str, str] = field(default_factory=dict)  # use -> thumbprint
    # what the running web application has read of the federation service, and what it was when it read it
    federation: FederationService | None = field(default=None, metadata={"transient": True})
    federation_of: str = field(default="", metadata={"transient": True})
    client_certificates: dict[str, list[str]] = field(default_factory=dict)  # SIP address -> published serials
