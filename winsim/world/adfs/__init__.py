"""Active Directory Federation Services 3.0: farm, nodes, relying-party trusts and what they publish."""

from __future__ import annotations

from .state import AdfsServer, FarmCertificate, FarmConfiguration, RelyingPartyTrust

__all__ = ["AdfsServer", "FarmCertificate", "FarmConfiguration", "RelyingPartyTrust"]
