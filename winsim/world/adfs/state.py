"""What an AD FS 3.0 server knows: its deployment, and its copy of the farm's configuration database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .defaults import POLICY, PROPERTIES

Setting = str | int | bool | list[str] | None

APPLICATION_ID = "{5d89a20c-beab-4389-9447-324788eb944a}"
TRUSTED_DEVICES_STORE = "AdfsTrustedDevices"


@dataclass
class FarmCertificate:
    """A certificate of the farm. Token certificates that AD FS rolls over carry their key (kept in the DKM)."""

    purpose: str  # Service-Communications, Token-Signing, Token-Decrypting
    der: bytes
    thumbprint: str
    is_primary: bool = True
    key: bytes = b""  # PKCS#8, of self-signed token certificates


@dataclass
class RelyingPartyTrust:
    name: str
    identifiers: list[str]
    object_identifier: str = ""
    enabled: bool = True
    metadata_url: str | None = None
    ws_fed_endpoint: str | None = None
    signing_certificates: list[bytes] = field(default_factory=list)
    encryption_certificate: bytes | None = None
    rules: dict[str, str] = field(default_factory=dict)  # IssuanceAuthorizationRules ... -> text in AD FS' layout
    settings: dict[str, Setting] = field(default_factory=dict)  # the plain properties, by their PowerShell name
    last_monitored: datetime | None = None
    last_updated: datetime | None = None
    last_check_successful: bool | None = None


@dataclass
class Endpoint:
    path: str
    protocol: str
    enabled: bool
    proxy: bool
    security_mode: str = "Transport"
    client_credential: str = "Anonymous"
    version: str = "default"


@dataclass
class FarmConfiguration:
    """The content of the database AdfsConfiguration."""

    service_name: str = ""
    farm_id: str = ""
    service_account: str = ""  # CORP\svc-adfs$
    sharing_container: str = ""  # distinguished name of the DKM container
    revision: int = 0
    properties: dict[str, Setting] = field(default_factory=lambda: dict(PROPERTIES))
    policy: dict[str, Setting] = field(default_factory=lambda: dict(POLICY))
    certificates: list[FarmCertificate] = field(default_factory=list)
    trusts: list[RelyingPartyTrust] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)

    def certificate(self, purpose: str) -> FarmCertificate | None:
        return next((one for one in self.certificates if one.purpose == purpose and one.is_primary), None)

    def trust(self, name: str) -> RelyingPartyTrust | None:
        return next((one for one in self.trusts if one.name.lower() == name.lower()), None)

    def trust_for(self, identifier: str) -> RelyingPartyTrust | None:
        wanted = identifier.lower()
        return next((one for one in self.trusts if wanted in (text.lower() for text in one.identifiers)), None)

    @property
    def identifier(self) -> str:
        return str(self.properties["Identifier"])


@dataclass
class AdfsServer:
    """The federation server on one host. ``configuration`` is its own database on WID."""

    is_primary: bool = True
    primary_host: str = ""  # FQDN of the primary, on a secondary
    primary_port: int = 80
    poll_seconds: int = 300
    configuration: FarmConfiguration = field(default_factory=FarmConfiguration)
    last_sync: datetime | None = None
    last_sync_attempt: datetime | None = None
    last_sync_status: int = 0
    nodes: list[str] = field(default_factory=list)  # on the primary: secondaries that have been heard of
    # WIASupportedUserAgents and ExtendedProtectionTokenCheck, which the service reads when it starts
    agents_at_start: list[str] | None = None
    binding_at_start: str = ""
