"""The settings of a new farm of Windows Server 2012 R2, under the names that Get-Adfs* cmdlets show."""

from __future__ import annotations

WIA_AGENTS = [
    "MSIE 6.0",
    "MSIE 7.0",
    "MSIE 8.0",
    "MSIE 9.0",
    "MSIE 10.0",
    "Trident/7.0",
    "MSIPC",
    "Windows Rights Management Client",
]

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

PROXY_RULES = (
    'exists([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-32-544", '
    'Issuer =~ "^AD AUTHORITY$"])\r\n'
    ' => issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");\r\n\r\n'
)

PROPERTIES: dict[str, str | int | bool | list[str] | None] = {
    "AcceptableIdentifiers": [],
    "AddProxyAuthorizationRules": PROXY_RULES,
    "ArtifactDbConnection": (
        "Data Source=np:\\\\.\\pipe\\microsoft##wid\\tsql\\query;"
        "Initial Catalog=AdfsArtifactStore;Integrated Security=True"
    ),
    "AuthenticationContextOrder": [
        _CLASSES + name for name in ("Password", "PasswordProtectedTransport", "TLSClient", "X509", "Kerberos")
    ],
    "AutoCertificateRollover": True,
    "CertificateCriticalThreshold": 2,
    "CertificateDuration": 365,
    "CertificateGenerationThreshold": 20,
    "CertificatePromotionThreshold": 5,
    "CertificateRolloverInterval": 720,
    "CertificateSharingContainer": None,
    "CertificateThresholdMultiplier": 1440,
    "ClientCertRevocationCheck": "None",
    "ContactPerson": None,
    "DisplayName": None,
    "IntranetUseLocalClaimsProvider": False,
    "ExtendedProtectionTokenCheck": "Allow",
    "FederationPassiveAddress": "/adfs/ls/",
    "HostName": "",
    "HttpPort": 80,
    "HttpsPort": 443,
    "TlsClientPort": 49443,
    "Identifier": "",
    "InstalledLanguage": "en-US",
    "LogLevel": ["Errors", "Information", "Verbose", "Warnings"],
    "MonitoringInterval": 1440,
    "NetTcpPort": 1501,
    "NtlmOnlySupportedClientAtProxy": False,
    "OrganizationInfo": None,
    "PreventTokenReplays": False,
    "ProxyTrustTokenLifetime": 21600,
    "ReplayCacheExpirationInterval": 60,
    "SignedSamlRequestsRequired": False,
    "SamlMessageDeliveryWindow": 5,
    "SignSamlAuthnRequests": False,
    "SsoLifetime": 480,
    "PersistentSsoLifetimeMins": 10080,
    "KmsiLifetimeMins": 1440,
    "PersistentSsoEnabled": True,
    "PersistentSsoCutoffTime": "0001-01-01T00:00:00",
    "KmsiEnabled": False,
    "LoopDetectionEnabled": True,
    "LoopDetectionTimeIntervalInSeconds": 20,
    "LoopDetectionMaximumTokensIssuedInInterval": 5,
    "PasswordValidationDelayInMinutes": 60,
    "SendClientRequestIdAsQueryStringParameter": False,
    "WIASupportedUserAgents": list(WIA_AGENTS),
    "ExtranetLockoutThreshold": 2147483647,
    "ExtranetLockoutEnabled": False,
    "ExtranetObservationWindow": "00:30:00",
}

# Parameters of Set-AdfsProperties whose property has another name.
SETTERS = {
    "EnableKmsi": "KmsiEnabled",
    "EnablePersistentSso": "PersistentSsoEnabled",
    "EnableLoopDetection": "LoopDetectionEnabled",
    "EnableExtranetLockout": "ExtranetLockoutEnabled",
}

POLICY: dict[str, str | int | bool | list[str] | None] = {
    "AdditionalAuthenticationProvider": [],
    "DeviceAuthenticationEnabled": False,
    "PrimaryIntranetAuthenticationProvider": ["WindowsAuthentication"],
    "PrimaryExtranetAuthenticationProvider": ["FormsAuthentication"],
    "WindowsIntegratedFallbackEnabled": True,
}

PRIMARY_PROVIDERS = {
    "intranet": ("CertificateAuthentication", "FormsAuthentication", "WindowsAuthentication"),
    "extranet": ("CertificateAuthentication", "FormsAuthentication"),
}

TRUST_RULES = (
    "IssuanceAuthorizationRules",
    "IssuanceTransformRules",
    "DelegationAuthorizationRules",
    "ImpersonationAuthorizationRules",
    "AdditionalAuthenticationRules",
)

# Plain properties of a relying-party trust, with their defaults.
TRUST_SETTINGS: dict[str, str | int | bool | list[str] | None] = {
    "AdditionalWSFedEndpoint": [],
    "AllowedAuthenticationClassReferences": [],
    "AllowedClientTypes": "None",
    "AlwaysRequireAuthentication": False,
    "AutoUpdateEnabled": False,
    "ClaimsAccepted": [],
    "ClaimsProviderName": [],
    "ConflictWithPublishedPolicy": False,
    "EnableJWT": False,
    "EncryptClaims": True,
    "EncryptedNameIdRequired": False,
    "EncryptionCertificateRevocationCheck": "CheckChainExcludeRoot",
    "IssueOAuthRefreshTokensTo": "AllDevices",
    "MonitoringEnabled": False,
    "NotBeforeSkew": 0,
    "Notes": "",
    "OrganizationInfo": None,
    "ProtocolProfile": "WsFed-SAML",
    "PublishedThroughProxy": False,
    "SamlEndpoints": [],
    "SamlResponseSignature": "AssertionOnly",
    "SignatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "SignedSamlRequestsRequired": False,
    "SigningCertificateRevocationCheck": "CheckChainExcludeRoot",
    "TokenLifetime": 0,
}

# AddressPath, protocol, enabled, published through a proxy, security mode, credential
ENDPOINTS: tuple[tuple[str, str, bool, bool, str, str], ...] = (
    ("/adfs/ls/", "SAML 2.0/WS-Federation", True, True, "Transport", "Anonymous"),
    ("/adfs/services/trust/2005/windows", "WS-Trust 2005", False, False, "Message", "Windows"),
    ("/adfs/services/trust/2005/windowsmixed", "WS-Trust 2005", False, False, "Mixed", "Windows"),
    ("/adfs/services/trust/2005/windowstransport", "WS-Trust 2005", True, False, "Transport", "Windows"),
    ("/adfs/services/trust/2005/certificate", "WS-Trust 2005", False, False, "Message", "Certificate"),
    ("/adfs/services/trust/2005/certificatemixed", "WS-Trust 2005", True, True, "Mixed", "Certificate"),
    ("/adfs/services/trust/2005/certificatetransport", "WS-Trust 2005", True, True, "Transport", "Certificate"),
    ("/adfs/services/trust/2005/username", "WS-Trust 2005", False, False, "Message", "Password"),
    ("/adfs/services/trust/2005/usernamebasictransport", "WS-Trust 2005", False, False, "Transport", "Password"),
    ("/adfs/services/trust/2005/usernamemixed", "WS-Trust 2005", True, True, "Mixed", "Password"),
    ("/adfs/services/trust/2005/kerberosmixed", "WS-Trust 2005", True, False, "Mixed", "Kerberos"),
    ("/adfs/services/trust/13/kerberosmixed", "WS-Trust 1.3", True, False, "Mixed", "Kerberos"),
    ("/adfs/services/trust/13/certificate", "WS-Trust 1.3", False, False, "Message", "Certificate"),
    ("/adfs/services/trust/13/certificatemixed", "WS-Trust 1.3", True, True, "Mixed", "Certificate"),
    ("/adfs/services/trust/13/username", "WS-Trust 1.3", False, False, "Message", "Password"),
    ("/adfs/services/trust/13/usernamemixed", "WS-Trust 1.3", True, True, "Mixed", "Password"),
    ("/adfs/services/trust/13/windows", "WS-Trust 1.3", False, False, "Message", "Windows"),
    ("/adfs/services/trust/13/windowsmixed", "WS-Trust 1.3", False, False, "Mixed", "Windows"),
    ("/adfs/services/trusttcp/windows", "WS-Trust 2005", True, False, "Message", "Windows"),
    ("/adfs/services/trust/artifactresolution", "SAML-ArtifactResolution", False, False, "Transport", "Anonymous"),
    ("/adfs/oauth2/", "OAuth", True, True, "Transport", "Anonymous"),
    ("/adfs/services/trust/mex", "WS-MEX", True, True, "Transport", "Anonymous"),
    (
        "/FederationMetadata/2007-06/FederationMetadata.xml",
        "Federation Metadata",
        True,
        True,
        "Transport",
        "Anonymous",
    ),
    ("/adfs/fs/federationserverservice.asmx", "ADFS 1.0 Metadata", True, False, "Transport", "Anonymous"),
    ("/adfs/proxy/", "Web Application Proxy", True, False, "Transport", "Anonymous"),
    ("/EnrollmentServer/", "Device Registration", False, True, "Transport", "Anonymous"),
)

CONNECTION_STRING = (
    "Data Source=np:\\\\.\\pipe\\microsoft##wid\\tsql\\query;Initial Catalog=AdfsConfiguration;Integrated Security=True"
)
