"""Relying-party trusts: made from metadata or by hand, and unique by name and identifier."""

from __future__ import annotations

from uuid import uuid4

from .defaults import TRUST_SETTINGS
from .metadata import RelyingPartyMetadata
from .state import FarmConfiguration, RelyingPartyTrust

DUPLICATE = (
    "MSIS7612: Each identifier for a relying party trust must be unique across all relying party trusts in AD FS "
    "configuration."
)
DATABASE = "An error occurred during an attempt to access the AD FS configuration database: \r\nError message: {}"


class TrustError(Exception):
    """The configuration database refuses a trust; ``inner`` is the text of the policy's own error."""

    def __init__(self, inner: str) -> None:
        super().__init__(inner)
        self.inner = inner
        self.message = DATABASE.format(inner)


def new(name: str, identifiers: list[str]) -> RelyingPartyTrust:
    trust = RelyingPartyTrust(name, identifiers, str(uuid4()))
    trust.settings = {key: list(value) if isinstance(value, list) else value for key, value in TRUST_SETTINGS.items()}
    return trust


def take_over(trust: RelyingPartyTrust, metadata: RelyingPartyMetadata) -> None:
    """What the partner's metadata says."""
    trust.identifiers = [metadata.entity_id]
    trust.ws_fed_endpoint = metadata.passive_endpoints[0] if metadata.passive_endpoints else None
    trust.settings["AdditionalWSFedEndpoint"] = list(metadata.passive_endpoints[1:])
    trust.signing_certificates = list(metadata.signing)
    trust.encryption_certificate = metadata.encryption


def check_unique(farm: FarmConfiguration, trust: RelyingPartyTrust) -> None:
    """Raises for a name or an identifier that another trust, or the federation service itself, has."""
    others = [other for other in farm.trusts if other is not trust]
    if any(other.name.lower() == trust.name.lower() for other in others):
        raise TrustError(f"The relying party trust name '{trust.name}' is already used by another trust.")
    taken = {text.lower() for other in others for text in other.identifiers} | {farm.identifier.lower()}
    if taken & {text.lower() for text in trust.identifiers}:
        raise TrustError(DUPLICATE)
