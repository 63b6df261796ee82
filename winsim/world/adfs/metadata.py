"""Federation metadata: the document that AD FS publishes, and what it reads of a relying party's."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from winsim.world import issuing

if TYPE_CHECKING:
    from .state import FarmConfiguration

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
FED = "http://docs.oasis-open.org/wsfed/federation/200706"
WSA = "http://www.w3.org/2005/08/addressing"
DS = "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

_CLAIMS = (
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "E-Mail Address"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "UPN"),
    ("http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid", "Primary SID"),
    ("http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", "Group SID"),
)


class MetadataError(Exception):
    """The document is not federation metadata of a relying party."""


@dataclass(frozen=True)
class RelyingPartyMetadata:
    entity_id: str
    passive_endpoints: tuple[str, ...]
    signing: tuple[bytes, ...]
    encryption: bytes | None


@dataclass(frozen=True)
class FederationService:
    """What a relying party reads of the document that AD FS publishes."""

    passive_endpoint: str
    signing: tuple[bytes, ...]


def read_federation_service(document: bytes) -> FederationService:
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise MetadataError(str(error)) from None
    role = _role(root, "SecurityTokenServiceType")
    endpoints = _addresses(role)
    if not endpoints:
        raise MetadataError("no passive endpoint")
    signing = [
        _certificate(text)
        for descriptor in role.iterfind(f"{{{MD}}}KeyDescriptor")
        for text in descriptor.iterfind(f".//{{{DS}}}X509Certificate")
        if descriptor.get("use") == "signing"
    ]
    return FederationService(endpoints[0], tuple(signing))


def read_relying_party(document: bytes) -> RelyingPartyMetadata:
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise MetadataError(str(error)) from None
    if root.tag != f"{{{MD}}}EntityDescriptor" or not root.get("entityID"):
        raise MetadataError("no EntityDescriptor")
    role = _role(root, "ApplicationServiceType")
    endpoints = _addresses(role)
    signing: list[bytes] = []
    encryption: bytes | None = None
    for descriptor in role.iterfind(f"{{{MD}}}KeyDescriptor"):
        for text in descriptor.iterfind(f".//{{{DS}}}X509Certificate"):
            der = _certificate(text)
            if descriptor.get("use") == "encryption":
                encryption = der
            else:
                signing.append(der)
    return RelyingPartyMetadata(root.get("entityID", ""), endpoints, tuple(signing), encryption)


def _role(root: ElementTree.Element, kind: str) -> ElementTree.Element:
    for role in root.iterfind(f"{{{MD}}}RoleDescriptor"):
        if role.get(f"{{{XSI}}}type", "").endswith(kind):
            return role
    raise MetadataError(f"no {kind}")


def _addresses(role: ElementTree.Element) -> tuple[str, ...]:
    path = f"{{{FED}}}PassiveRequestorEndpoint/{{{WSA}}}EndpointReference/{{{WSA}}}Address"
    return tuple((address.text or "").strip() for address in role.iterfind(path))


def _certificate(element: ElementTree.Element) -> bytes:
    return base64.b64decode("".join((element.text or "").split()))


def federation_metadata(farm: FarmConfiguration) -> bytes:
    """What /FederationMetadata/2007-06/FederationMetadata.xml answers, signed with the token-signing key."""
    name = farm.service_name
    passive = f"https://{name}{farm.properties['FederationPassiveAddress']}"
    signing = [one.der for one in farm.certificates if one.purpose == "Token-Signing"]
    claims = "".join(
        f'<auth:ClaimType xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706" Optional="true" '
        f"Uri={quoteattr(uri)}><auth:DisplayName>{escape(label)}</auth:DisplayName></auth:ClaimType>"
        for uri, label in _CLAIMS
    )
    role = (
        f'<RoleDescriptor xmlns:fed="{FED}" xmlns:xsi="{XSI}" ServiceDisplayName={quoteattr(_display(farm))} '
        f'protocolSupportEnumeration="http://docs.oasis-open.org/ws-sx/ws-trust/200512 {FED}" '
        f'xsi:type="fed:SecurityTokenServiceType">'
        + "".join(key_descriptor(der, "signing") for der in signing)
        + f"<fed:ClaimTypesOffered>{claims}</fed:ClaimTypesOffered>"
        f"<fed:PassiveRequestorEndpoint>{_endpoint(passive)}</fed:PassiveRequestorEndpoint></RoleDescriptor>"
    )
    sso = (
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        + "".join(key_descriptor(der, "signing") for der in signing)
        + '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
        f"Location={quoteattr(passive)}></SingleSignOnService></IDPSSODescriptor>"
    )
    identity = "_" + str(uuid5(NAMESPACE_URL, farm.farm_id + farm.identifier))
    return _signed(farm, identity, farm.identifier, role + sso)


def application_metadata(entity_id: str, endpoint: str, signing: bytes | None) -> bytes:
    """The metadata of a passive application, as the Windows Identity Foundation of a web site answers it."""
    keys = key_descriptor(signing, "encryption") if signing else ""
    role = (
        f'<RoleDescriptor xmlns:fed="{FED}" xmlns:xsi="{XSI}" protocolSupportEnumeration="{FED}" '
        f'xsi:type="fed:ApplicationServiceType">{keys}'
        f"<fed:TargetScopes>{_endpoint(entity_id)}</fed:TargetScopes>"
        f"<fed:PassiveRequestorEndpoint>{_endpoint(endpoint)}</fed:PassiveRequestorEndpoint></RoleDescriptor>"
    )
    identity = "_" + str(uuid5(NAMESPACE_URL, entity_id))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><EntityDescriptor xmlns="{MD}" ID="{identity}" '
        f"entityID={quoteattr(entity_id)}>{role}</EntityDescriptor>"
    ).encode()


def key_descriptor(der: bytes, use: str) -> str:
    text = base64.b64encode(der).decode()
    return (
        f'<KeyDescriptor use="{use}"><KeyInfo xmlns="{DS}"><X509Data><X509Certificate>{text}</X509Certificate>'
        "</X509Data></KeyInfo></KeyDescriptor>"
    )


def _endpoint(address: str) -> str:
    return f'<EndpointReference xmlns="{WSA}"><Address>{escape(address)}</Address></EndpointReference>'


def _display(farm: FarmConfiguration) -> str:
    return str(farm.properties["DisplayName"] or farm.service_name)


def _signed(farm: FarmConfiguration, identity: str, entity_id: str, body: str) -> bytes:
    """An enveloped signature. The document is written in canonical form, so that its bytes are what is signed."""
    head = f'<EntityDescriptor xmlns="{MD}" ID="{identity}" entityID={quoteattr(entity_id)}>'
    plain = f"{head}{body}</EntityDescriptor>"
    certificate = farm.certificate("Token-Signing")
    if certificate is None or not certificate.key:
        return f'<?xml version="1.0" encoding="utf-8"?>{plain}'.encode()
    digest = base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{_RSA_SHA256}"></ds:SignatureMethod><ds:Reference URI="#{identity}">'
        f'<ds:Transforms><ds:Transform Algorithm="{_ENVELOPED}"></ds:Transform><ds:Transform Algorithm="{_C14N}">'
        f'</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    value = issuing.load_key(certificate.key).sign(info.encode(), padding.PKCS1v15(), hashes.SHA256())
    declaration = f' xmlns:ds="{DS}"'
    signature = (
        f'<ds:Signature xmlns:ds="{DS}">{info.replace(declaration, "", 1)}'
        f"<ds:SignatureValue>{base64.b64encode(value).decode()}</ds:SignatureValue>"
        f'<KeyInfo xmlns="{DS}"><X509Data><X509Certificate>{base64.b64encode(certificate.der).decode()}'
        "</X509Certificate></X509Data></KeyInfo></ds:Signature>"
    )
    return f'<?xml version="1.0" encoding="utf-8"?>{head}{signature}{body}</EntityDescriptor>'.encode()
