"""What the directory knows of its attributes: canonical spelling, how many values, and their syntax."""

from __future__ import annotations

from typing import Literal

Syntax = Literal["text", "int", "long", "bool", "dn", "sid", "guid", "time", "filetime"]

_ATTRIBUTES: dict[Syntax, tuple[str, ...]] = {
    "text": (
        "cn c co company department description displayName division dNSHostName employeeID employeeNumber "
        "facsimileTelephoneNumber givenName homeDirectory homeDrive homePhone info initials l mail mailNickname "
        "middleName mobile name o objectCategory objectClass operatingSystem operatingSystemVersion ou "
        "physicalDeliveryOfficeName postalCode postOfficeBox profilePath proxyAddresses sAMAccountName scriptPath "
        "servicePrincipalName sn st streetAddress telephoneNumber title uPNSuffixes userPrincipalName wWWHomePage "
        "keywords serviceBindingInformation serviceClassName serviceDNSName serviceDNSNameType "
        "thumbnailPhoto url msRTCSIP-PrimaryUserAddress msRTCSIP-DeploymentLocator msRTCSIP-Line "
        "msRTCSIP-BackEndServer msRTCSIP-ServerData msRTCSIP-PoolDisplayName msRTCSIP-DomainName "
        "msDS-ManagedPasswordInterval-Text canonicalName dnsRoot nETBIOSName",
    ),
    "int": (
        "userAccountControl groupType sAMAccountType msDS-ManagedPasswordInterval msDS-SupportedEncryptionTypes "
        "primaryGroupID msRTCSIP-OptionFlags msRTCSIP-UserPolicies rangeUpper rangeLower objectVersion "
        "adminCount badPwdCount logonCount msDS-Behavior-Version instanceType countryCode codePage",
    ),
    "long": ("uSNCreated uSNChanged",),
    "bool": (
        "isDeleted isCriticalSystemObject msRTCSIP-UserEnabled msRTCSIP-FederationEnabled "
        "msRTCSIP-InternetAccessEnabled msRTCSIP-GlobalSettingsPresent showInAdvancedViewOnly",
    ),
    "dn": (
        "distinguishedName member memberOf managedBy manager objectCategory-DN msDS-HostServiceAccount "
        "msRTCSIP-PrimaryHomeServer msDS-GroupMSAMembership nCName fSMORoleOwner",
    ),
    "sid": ("objectSid sIDHistory",),
    "guid": ("objectGUID",),
    "time": ("whenCreated whenChanged",),
    "filetime": ("accountExpires lastLogon lastLogonTimestamp pwdLastSet lockoutTime badPasswordTime",),
}

_MULTIVALUED_NAMES = """
    description memberOf member servicePrincipalName proxyAddresses objectClass uPNSuffixes sIDHistory keywords
    serviceBindingInformation ou postOfficeBox msDS-HostServiceAccount msDS-GroupMSAMembership url
    msRTCSIP-UserPolicies
"""
_MULTIVALUED = frozenset(name.lower() for name in _MULTIVALUED_NAMES.split())

_SYNTAX: dict[str, Syntax] = {name.lower(): kind for kind, lines in _ATTRIBUTES.items() for name in lines[0].split()}
_SPELLING = {name.lower(): name for lines in _ATTRIBUTES.values() for name in lines[0].split()}
# Only after Install-CsAdServerSchema.
_LYNC = "msrtcsip-"


def knows(name: str, lync: bool) -> bool:
    """Whether an attribute of this name is in the schema; those of Lync are after the schema extension only."""
    return name.lower() in _SYNTAX and (lync or not name.lower().startswith(_LYNC))


def spelling(name: str) -> str:
    return _SPELLING.get(name.lower(), name)


def syntax(name: str) -> Syntax:
    return _SYNTAX.get(name.lower(), "text")


def is_multivalued(name: str) -> bool:
    # description is declared multi-valued and holds one value on accounts: the cmdlets show it as text.
    return name.lower() in _MULTIVALUED and name.lower() != "description"


# The friendly names of the ActiveDirectory module, for the attribute that is behind each.
FRIENDLY = {
    "city": "l",
    "country": "c",
    "emailaddress": "mail",
    "fax": "facsimileTelephoneNumber",
    "homepage": "wWWHomePage",
    "mobilephone": "mobile",
    "office": "physicalDeliveryOfficeName",
    "officephone": "telephoneNumber",
    "organization": "o",
    "othername": "middleName",
    "pobox": "postOfficeBox",
    "state": "st",
    "surname": "sn",
    "sid": "objectSid",
    "serviceprincipalnames": "servicePrincipalName",
    "members": "member",
    "created": "whenCreated",
    "modified": "whenChanged",
    "dnshostname": "dNSHostName",
    "samaccountname": "sAMAccountName",
    "upnsuffixes": "uPNSuffixes",
}


def attribute_of(name: str) -> str:
    """The LDAP attribute for a property or attribute name as a script writes it."""
    return FRIENDLY.get(name.lower()) or spelling(name)
