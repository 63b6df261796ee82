"""SAML 1.1 tokens of WS-Federation: AD FS writes them, a passive application reads them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from winsim.web.claims import Claim
from winsim.world.certificates import parse

SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_SIGNATURE = f'<ds:Signature xmlns:ds="{DS}">'


class TokenRefused(Exception):
    """The token is not one that the application accepts; the text says why."""


@dataclass(frozen=True)
class Token:
    audience: str
    valid_from: datetime
    valid_to: datetime
    claims: tuple[Claim, ...]

    def value(self, claim_type: str) -> str:
        return next((claim.value for claim in self.claims if claim.type == claim_type), "")


def write(issuer: str, token: Token, key: rsa.RSAPrivateKey) -> str:
    """A RequestSecurityTokenResponse with the signed assertion."""
    attributes = "".join(
        f"<saml:Attribute AttributeName={quoteattr(claim.type.rpartition('/')[2])} "
        f"AttributeNamespace={quoteattr(claim.type.rpartition('/')[0])}>"
        f"<saml:AttributeValue>{escape(claim.value)}</saml:AttributeValue></saml:Attribute>"
        for claim in token.claims
    )
    identity = f"_{uuid4()}"
    head = (
        f'<saml:Assertion xmlns:saml="{SAML}" AssertionID="{identity}" IssueInstant="{token.valid_from:{_TIME}}" '
        f'Issuer={quoteattr(issuer)} MajorVersion="1" MinorVersion="1">'
        f'<saml:Conditions NotBefore="{token.valid_from:{_TIME}}" NotOnOrAfter="{token.valid_to:{_TIME}}">'
        f"<saml:AudienceRestrictionCondition><saml:Audience>{escape(token.audience)}</saml:Audience>"
        "</saml:AudienceRestrictionCondition></saml:Conditions>"
        f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement>"
    )
    assertion = head + _signature(identity, head + "</saml:Assertion>", key) + "</saml:Assertion>"
    return (
        f'<t:RequestSecurityTokenResponse xmlns:t="{WST}"><t:RequestedSecurityToken>{assertion}'
        "</t:RequestedSecurityToken><t:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</t:TokenType>"
        "</t:RequestSecurityTokenResponse>"
    )


def _signature(identity: str, plain: str, key: rsa.RSAPrivateKey) -> str:
    digest = base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode()
    info = (
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{_C14N}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<ds:Reference URI="#{identity}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    value = base64.b64encode(key.sign(info.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return f"{_SIGNATURE}{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"


def read(response: str, certificates: Sequence[bytes]) -> Token:
    """The token of a response whose assertion one of the certificates signed."""
    try:
        root = ElementTree.fromstring(response)
    except ElementTree.ParseError:
        raise TokenRefused("not a token response") from None
    assertion = root.find(f".//{{{SAML}}}Assertion")
    conditions = root.find(f".//{{{SAML}}}Conditions")
    if assertion is None or conditions is None:
        raise TokenRefused("no assertion")
    _check_signature(response, root, certificates)
    claims = tuple(
        Claim(f"{one.get('AttributeNamespace')}/{one.get('AttributeName')}", value.text or "", "")
        for one in root.iterfind(f".//{{{SAML}}}Attribute")
        for value in one.iterfind(f"{{{SAML}}}AttributeValue")
    )
    audience = root.findtext(f".//{{{SAML}}}Audience") or ""
    return Token(audience, _time(conditions, "NotBefore"), _time(conditions, "NotOnOrAfter"), claims)


def _time(conditions: ElementTree.Element, name: str) -> datetime:
    try:
        return datetime.strptime(conditions.get(name, ""), _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise TokenRefused(f"no {name}") from None


def _check_signature(response: str, root: ElementTree.Element, certificates: Sequence[bytes]) -> None:
    """The assertion is signed as it is written: its text without the signature is what the digest is of."""
    start, end = response.find("<saml:Assertion"), response.find("</saml:Assertion>")
    cut = response.find(_SIGNATURE)
    value, digest = root.findtext(f".//{{{DS}}}SignatureValue"), root.findtext(f".//{{{DS}}}DigestValue")
    if min(start, end, cut) < 0 or value is None:
        raise TokenRefused("the token is not signed")
    plain = response[start:cut] + "</saml:Assertion>"
    if base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode() != digest:
        raise TokenRefused("the token was changed")
    info = response[response.find("<ds:SignedInfo>", cut) : response.find("<ds:SignatureValue>", cut)]
    if not any(_signed_by(certificate, info, base64.b64decode(value)) for certificate in certificates):
        raise TokenRefused("the token is not signed by a certificate of the federation service")


def _signed_by(certificate: bytes, info: str, value: bytes) -> bool:
    public = parse(certificate).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        return False
    try:
        public.verify(value, info.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
