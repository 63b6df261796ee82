"""Configuration collections of Lync Server 2013: their scopes, their settings and the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .state import Configuration, Setting
from .topology import Topology

Kind = Literal["bool", "uint32", "uint64", "text", "list", "enum"]


@dataclass(frozen=True)
class Spec:
    name: str
    kind: Kind
    default: Setting
    low: int = 0
    high: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    key: str
    noun: str  # of the cmdlets, without Cs
    type_name: str
    element: str  # what messages call an item
    site_scope: bool
    services: tuple[str, ...]
    specs: tuple[Spec, ...]
    enum_type: str = ""

    def spec(self, name: str) -> Spec | None:
        return next((one for one in self.specs if one.name.lower() == name.lower()), None)

    def defaults(self) -> dict[str, Setting]:
        return {one.name: list(one.default) if isinstance(one.default, list) else one.default for one in self.specs}


class ScopeError(Exception):
    """An identity is not one that the collection can have."""


def _bools(**values: bool) -> tuple[Spec, ...]:
    return tuple(Spec(name, "bool", value) for name, value in values.items())


WEB_SERVICE = Collection(
    "web-service",
    "WebServiceConfiguration",
    "Microsoft.Rtc.Management.WritableConfig.Settings.Web.WebServiceSettings",
    "WebServiceSettings",
    True,
    ("WebServer",),
    (
        Spec("TrustedCACerts", "list", []),
        Spec("CrossDomainAuthorizationList", "list", []),
        Spec("MaxGroupSizeToExpand", "uint32", 100, 1, 1000),
        Spec("EnableGroupExpansion", "bool", True),
        Spec("UseWindowsAuth", "enum", "Negotiate", values=("None", "Negotiate", "NTLM")),
        *_bools(UseCertificateAuth=True, UsePinAuth=True, UseDomainAuthInLWA=True, EnableCertChainDownload=True,
                InferCertChainFromSSL=True),
        Spec("CASigningKeyLength", "uint64", 2048, 2048, 16384),
        Spec("MaxCSRKeySize", "uint64", 16384, 1024, 16384),
        Spec("MinCSRKeySize", "uint64", 1024, 1024, 16384),
        Spec("MaxValidityPeriodHours", "uint64", 8760, 8, 8760),
        Spec("MinValidityPeriodHours", "uint64", 8, 8, 4320),
        Spec("DefaultValidityPeriodHours", "uint64", 4320, 8, 8760),
        Spec("MACResolverUrl", "text", ""),
        Spec("SecondaryLocationSourceUrl", "text", ""),
        *_bools(ShowJoinUsingLegacyClientLink=False, ShowDownloadCommunicatorAttendeeLink=True,
                AutoLaunchLyncWebAccess=True, ShowAlternateJoinOptionsExpanded=False, UseWsFedPassiveAuth=False),
        Spec("WsFedPassiveMetadataUri", "text", ""),
        *_bools(AllowExternalAuthentication=True, AllowAnonymousAccessToLWAConference=True),
    ),
    "Microsoft.Rtc.Management.WritableConfig.Settings.Web.UseWindowsAuth",
)  # fmt: skip

PROXY = Collection(
    "proxy",
    "ProxyConfiguration",
    "Microsoft.Rtc.Management.WritableConfig.Settings.SipProxy.ProxySettings",
    "ProxySettings",
    False,
    ("EdgeServer", "Registrar"),
    (
        Spec("Realm", "text", "SIP Communications Service"),
        Spec("ServerVersion", "text", "RTC/5.0"),
        Spec("MaxClientMessageBodySizeKb", "uint32", 128, 64, 256),
        Spec("MaxServerMessageBodySizeKb", "uint32", 5000, 128, 10000),
        *_bools(TreatAllClientsAsRemote=False, LoadBalanceInternalServers=True, LoadBalanceEdgeServers=True),
        Spec("OutgoingTlsCount", "uint32", 4, 1, 4),
        Spec("DnsCacheRecordCount", "uint32", 3000, 100, 10000),
        *_bools(AllowPartnerPollingSubscribes=False, EnableLoggingAllMessageBodies=False,
                EnableWhiteSpaceKeepAlive=True),
        Spec("MaxKeepAliveInterval", "uint32", 20, 5, 60),
        *_bools(UseKerberosForClientToProxyAuth=True, UseNtlmForClientToProxyAuth=True,
                DisableNtlmFor2010AndLaterClients=False, UseCertificateForClientToProxyAuth=True,
                AcceptClientCompression=True),
        Spec("MaxClientCompressionCount", "uint32", 15000, 0, 65535),
        *_bools(AcceptServerCompression=True),
        Spec("MaxServerCompressionCount", "uint32", 1024, 0, 65535),
        *_bools(RequestServerCompression=True),
    ),
)  # fmt: skip

USER_SERVICES = Collection(
    "user-services",
    "UserServicesPolicy",
    "Microsoft.Rtc.Management.WritableConfig.Policy.UserServices.UserServicesPolicy",
    "UserServicesPolicy",
    True,
    (),
    _bools(UcsAllowed=True),
)

COLLECTIONS = (WEB_SERVICE, PROXY, USER_SERVICES)


def canonical(collection: Collection, identity: str, topology: Topology | None) -> str:
    """The identity as the store writes it; raises ScopeError for one that cannot be in this collection."""
    parts = identity.strip().split(":")
    if len(parts) == 1:
        if identity.strip().lower() in ("global", ""):
            return "Global"
        raise ScopeError(f'"{identity}" is not a valid identity.')
    scope = parts[0].lower()
    if scope == "site" and len(parts) == 2:
        if not collection.site_scope:
            raise ScopeError(f'The scope "Site" is not valid for {collection.element}.')
        found = [one for one in (topology.sites if topology else ()) if one.name.lower() == parts[1].lower()]
        if not found:
            raise ScopeError(f'Cannot find the site "{parts[1]}" in the topology.')
        return f"Site:{found[0].name}"
    if scope == "service" and len(parts) == 3:
        return _service(collection, parts[1], parts[2], topology)
    if parts[0] in collection.services and len(parts) == 2:
        return _service(collection, parts[0], parts[1], topology)
    raise ScopeError(f'"{identity}" is not a valid identity.')


def _service(collection: Collection, role: str, fqdn: str, topology: Topology | None) -> str:
    if role.lower() not in (name.lower() for name in collection.services):
        raise ScopeError(f'The service "{role}" is not valid for {collection.element}.')
    service = topology.service(role, fqdn) if topology else None
    if topology is None or service is None:
        raise ScopeError(f'Cannot find the service "{role}:{fqdn}" in the topology.')
    return f"Service:{topology.identity(service)}"


def items(configuration: Configuration, collection: Collection) -> list[tuple[str, dict[str, Setting]]]:
    """Identities with their settings: global first, then sites, then services."""
    stored = configuration.collections.get(collection.key, {})
    shown = [("Global", collection.defaults() | stored.get("global", {}))]
    for key in sorted(stored, key=lambda name: (not name.startswith("site:"), name)):
        if key != "global":
            shown.append((configuration.identities.get(key, key), collection.defaults() | stored[key]))
    return shown


def effective(configuration: Configuration, collection: Collection, role: str, pool: str) -> dict[str, Setting]:
    """The settings that a service uses: its own, else its site's, else the global ones; never a mixture."""
    stored = configuration.collections.get(collection.key, {})
    topology = configuration.read_topology()
    keys = [f"service:{role}:{pool}".lower()]
    cluster = topology.pool(pool) if topology else None
    if topology is not None and cluster is not None and collection.site_scope:
        keys.append(f"site:{topology.site(cluster.site).name}".lower())
    keys.append("global")
    found = next((stored[key] for key in keys if key in stored), {})
    return collection.defaults() | found
