"""Relying-party trusts."""

from __future__ import annotations

from fnmatch import fnmatchcase

from winsim.cmdlets.adfs_common import MODULE, RESOURCES, changed, class_of, configuration, failure, invalid, writable
from winsim.cmdlets.adfs_metadata import download, read_file
from winsim.cmdlets.products import certificate, entity, guid, items, moment, plain, property_of, strings, uri
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.containers import ReadOnlyCollection
from winsim.interpreter.values import Array
from winsim.world.adfs import FarmConfiguration, RelyingPartyTrust, rules, trusts
from winsim.world.adfs.defaults import TRUST_RULES, TRUST_SETTINGS
from winsim.world.adfs.state import Setting
from winsim.world.host import Host

# Plain settings that Add- and Set- take under the property's own name.
_SETTINGS = ("AdditionalWSFedEndpoint", "AllowedAuthenticationClassReferences", "AllowedClientTypes",
             "AlwaysRequireAuthentication", "AutoUpdateEnabled", "ClaimsProviderName", "EnableJWT", "EncryptClaims",
             "EncryptedNameIdRequired", "EncryptionCertificateRevocationCheck", "IssueOAuthRefreshTokensTo",
             "MonitoringEnabled", "NotBeforeSkew", "Notes", "ProtocolProfile", "SamlResponseSignature",
             "SignatureAlgorithm", "SignedSamlRequestsRequired", "SigningCertificateRevocationCheck",
             "TokenLifetime")  # fmt: skip
_RULES = (*TRUST_RULES, *(f"{name}File" for name in TRUST_RULES))
_COMMON = (*_SETTINGS, *_RULES, "Name", "Identifier", "MetadataUrl", "WSFedEndpoint", "PassThru")


def shown(host: Host, trust: RelyingPartyTrust) -> object:
    values: dict[str, object] = {
        "AllowedAuthenticationClassReferences": strings(_list(trust, "AllowedAuthenticationClassReferences")),
        "EncryptionCertificateRevocationCheck": trust.settings["EncryptionCertificateRevocationCheck"],
        "PublishedThroughProxy": trust.settings["PublishedThroughProxy"],
        "SigningCertificateRevocationCheck": trust.settings["SigningCertificateRevocationCheck"],
        "WSFedEndpoint": uri(trust.ws_fed_endpoint),
        "AdditionalWSFedEndpoint": strings(_list(trust, "AdditionalWSFedEndpoint")),
        "ClaimsProviderName": strings(_list(trust, "ClaimsProviderName")),
        "ClaimsAccepted": Array(_list(trust, "ClaimsAccepted")),
        "EncryptClaims": trust.settings["EncryptClaims"],
        "Enabled": trust.enabled,
        "EncryptionCertificate": _certificate(host, trust.encryption_certificate),
        "Identifier": ReadOnlyCollection(trust.identifiers, "System.String"),
        "NotBeforeSkew": trust.settings["NotBeforeSkew"],
        "EnableJWT": trust.settings["EnableJWT"],
        "AlwaysRequireAuthentication": trust.settings["AlwaysRequireAuthentication"],
        "Notes": trust.settings["Notes"],
        "OrganizationInfo": None,
        "ObjectIdentifier": guid(trust.object_identifier),
        "ProxyEndpointMappings": Array(),
        "ProxyTrustedEndpoints": Array(),
        "ProtocolProfile": trust.settings["ProtocolProfile"],
        "RequestSigningCertificate": Array([certificate(host, der) for der in trust.signing_certificates]),
        "EncryptedNameIdRequired": trust.settings["EncryptedNameIdRequired"],
        "SignedSamlRequestsRequired": trust.settings["SignedSamlRequestsRequired"],
        "SamlEndpoints": Array(_list(trust, "SamlEndpoints")),
        "SamlResponseSignature": trust.settings["SamlResponseSignature"],
        "SignatureAlgorithm": trust.settings["SignatureAlgorithm"],
        "TokenLifetime": trust.settings["TokenLifetime"],
        "AllowedClientTypes": trust.settings["AllowedClientTypes"],
        "IssueOAuthRefreshTokensTo": trust.settings["IssueOAuthRefreshTokensTo"],
        "Name": trust.name,
        "AutoUpdateEnabled": trust.settings["AutoUpdateEnabled"],
        "MonitoringEnabled": trust.settings["MonitoringEnabled"],
        "MetadataUrl": uri(trust.metadata_url),
        "ConflictWithPublishedPolicy": trust.settings["ConflictWithPublishedPolicy"],
        "LastMonitoredTime": moment(trust.last_monitored),
        "LastPublishedPolicyCheckSuccessful": trust.last_check_successful,
        "LastUpdateTime": moment(trust.last_updated),
    }
    values |= {name: trust.rules.get(name) for name in TRUST_RULES}
    return entity((f"{RESOURCES}.RelyingPartyTrust",), values)


def _certificate(host: Host, der: bytes | None) -> object:
    return certificate(host, der) if der else None


def _list(trust: RelyingPartyTrust, name: str) -> list[str]:
    value = trust.settings[name]
    return value if isinstance(value, list) else []


@cmdlet("Get-AdfsRelyingPartyTrust", ("Name", "Identifier", "PrefixIdentifier"),
        net_class=class_of("Get-AdfsRelyingPartyTrust"), module=MODULE)  # fmt: skip
def get_trust(call: Call) -> None:
    """Names may hold wildcards; what is not found is no error."""
    names = [text.lower() for text in call.texts("Name")]
    wanted = {text.lower() for text in call.texts("Identifier")}
    prefix = call.text("PrefixIdentifier").lower()
    for trust in configuration(call).trusts:
        identifiers = [text.lower() for text in trust.identifiers]
        if names and not any(fnmatchcase(trust.name.lower(), _literal(name)) for name in names):
            continue
        if wanted and not wanted.intersection(identifiers):
            continue
        if prefix and not any(text.startswith(prefix) for text in identifiers):
            continue
        call.write(shown(call.host, trust))


def _literal(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _apply(call: Call, trust: RelyingPartyTrust) -> None:
    """The given parameters, but not those that come from metadata."""
    for name in _SETTINGS:
        if call.has(name):
            trust.settings[name] = _setting(call, name)
    for name in TRUST_RULES:
        text = None
        if call.has(f"{name}File"):
            text = read_file(call, call.text(f"{name}File")).decode("utf-8-sig")
        elif call.has(name):
            text = call.text(name)
        if text is not None:
            trust.rules[name] = _rules(text)
    if trust.settings["AutoUpdateEnabled"] and not trust.settings["MonitoringEnabled"]:
        raise invalid("PS0060: AutoUpdateEnabled requires MonitoringEnabled.")
    if (trust.settings["AutoUpdateEnabled"] or trust.settings["MonitoringEnabled"]) and not trust.metadata_url:
        raise invalid("PS0061: Monitoring requires a metadata URL.")


def _setting(call: Call, name: str) -> Setting:
    value = call.get(name)
    default = TRUST_SETTINGS[name]
    if isinstance(default, bool):
        return call.switch(name)
    if isinstance(default, list):
        return [plain(one) for one in items(value)]
    return int(call.text(name)) if isinstance(default, int) else plain(value)


def _rules(text: str) -> str:
    try:
        return rules.normalise(text)
    except rules.RuleError as error:
        line = text.splitlines()[error.line - 1] if text.splitlines() else ""
        message = error.message.replace("{0}", line).replace("{1}", error.token)
        exception = "Microsoft.IdentityServer.PolicyModel.Language.PolicyLanguageParserException"
        raise CommandError(message, message, "InvalidData", None, exception) from None


def _refuse(error: trusts.TrustError) -> CommandError:
    policy = "Microsoft.IdentityServer.PolicyModel.Configuration.PolicyValidationException"
    return failure(error.message, "InvalidData", policy, (policy, error.inner))


@cmdlet(
    "Add-AdfsRelyingPartyTrust",
    (*_COMMON, "Enabled", "MetadataFile", "EncryptionCertificate", "RequestSigningCertificate"),
    net_class=class_of("Add-AdfsRelyingPartyTrust"), module=MODULE,
)  # fmt: skip
def add_trust(call: Call) -> None:
    farm = writable(call).configuration
    name = call.text("Name")
    if not call.should_process(name, "Add-AdfsRelyingPartyTrust"):
        return
    trust = trusts.new(name, [plain(one) for one in items(call.get("Identifier"))])
    now = call.world.clock.now()
    if call.has("MetadataUrl"):
        trust.metadata_url = plain(call.get("MetadataUrl"))
        trusts.take_over(trust, download(call, trust.metadata_url))
        trust.last_monitored, trust.last_check_successful = now, True
    elif call.has("MetadataFile"):
        trusts.take_over(trust, download(call, path=call.text("MetadataFile")))
    if call.has("WSFedEndpoint"):
        trust.ws_fed_endpoint = plain(call.get("WSFedEndpoint"))
    if call.has("Enabled"):
        trust.enabled = call.switch("Enabled")
    trust.last_updated = now
    _apply(call, trust)
    try:
        trusts.check_unique(farm, trust)
    except trusts.TrustError as error:
        raise _refuse(error) from None
    farm.trusts.append(trust)
    changed(call)
    if call.switch("PassThru"):
        call.write(shown(call.host, trust))


_TARGETS = ("TargetName", "TargetIdentifier", "TargetRelyingParty")


def _target(call: Call, farm: FarmConfiguration) -> RelyingPartyTrust:
    if call.has("TargetName"):
        text, found = call.text("TargetName"), farm.trust(call.text("TargetName"))
    elif call.has("TargetIdentifier"):
        text, found = call.text("TargetIdentifier"), farm.trust_for(call.text("TargetIdentifier"))
    else:
        text = plain(property_of(call.get("TargetRelyingParty"), "Name"))
        found = farm.trust(text)
    if found is None:
        raise invalid(f"PS0082: The relying party trust '{text}' was not found.")
    return found


@cmdlet("Set-AdfsRelyingPartyTrust", (*_COMMON, *_TARGETS), net_class=class_of("Set-AdfsRelyingPartyTrust"),
        module=MODULE)  # fmt: skip
def set_trust(call: Call) -> None:
    farm = writable(call).configuration
    trust = _target(call, farm)
    if not call.should_process(trust.name, "Set-AdfsRelyingPartyTrust"):
        return
    before = (trust.name, trust.identifiers, trust.metadata_url, trust.ws_fed_endpoint, dict(trust.settings),
              dict(trust.rules))  # fmt: skip
    try:
        _change(call, farm, trust)
    except CommandError:
        (trust.name, trust.identifiers, trust.metadata_url, trust.ws_fed_endpoint, trust.settings,
         trust.rules) = before  # fmt: skip
        raise
    trust.last_updated = call.world.clock.now()
    changed(call)
    if call.switch("PassThru"):
        call.write(shown(call.host, trust))


def _change(call: Call, farm: FarmConfiguration, trust: RelyingPartyTrust) -> None:
    if trust.settings["AutoUpdateEnabled"] and (call.has("Identifier") or call.has("WSFedEndpoint")):
        raise invalid("PS0062: Properties that are updated from federation metadata cannot be set.")
    if call.has("Name"):
        trust.name = call.text("Name")
    if call.has("Identifier"):
        trust.identifiers = [plain(one) for one in items(call.get("Identifier"))]
    if call.has("MetadataUrl"):
        trust.metadata_url = plain(call.get("MetadataUrl")) or None
    if call.has("WSFedEndpoint"):
        trust.ws_fed_endpoint = plain(call.get("WSFedEndpoint")) or None
    _apply(call, trust)
    try:
        trusts.check_unique(farm, trust)
    except trusts.TrustError as error:
        raise _refuse(error) from None


@cmdlet("Update-AdfsRelyingPartyTrust", (*_TARGETS, "PassThru", "MetadataFile"),
        net_class=class_of("Update-AdfsRelyingPartyTrust"), module=MODULE)  # fmt: skip
def update_trust(call: Call) -> None:
    farm = writable(call).configuration
    trust = _target(call, farm)
    if call.has("MetadataFile"):
        found = download(call, path=call.text("MetadataFile"))
    elif trust.metadata_url:
        found = download(call, trust.metadata_url)
    else:
        raise invalid("PS0063: The relying party trust has no metadata URL.")
    if not call.should_process(trust.name, "Update-AdfsRelyingPartyTrust"):
        return
    before = list(trust.identifiers)
    trusts.take_over(trust, found)
    try:
        trusts.check_unique(farm, trust)
    except trusts.TrustError as error:
        trust.identifiers = before
        raise _refuse(error) from None
    trust.last_updated = call.world.clock.now()
    if not call.has("MetadataFile"):
        trust.last_monitored, trust.last_check_successful = trust.last_updated, True
    changed(call)
    if call.switch("PassThru"):
        call.write(shown(call.host, trust))


@cmdlet("Remove-AdfsRelyingPartyTrust", (*_TARGETS, "PassThru"), net_class=class_of("Remove-AdfsRelyingPartyTrust"),
        module=MODULE)  # fmt: skip
def remove_trust(call: Call) -> None:
    farm = writable(call).configuration
    trust = _target(call, farm)
    if call.should_process(trust.name, "Remove-AdfsRelyingPartyTrust"):
        farm.trusts.remove(trust)
        changed(call)
        if call.switch("PassThru"):
            call.write(shown(call.host, trust))


def _switch(call: Call, enabled: bool) -> None:
    farm = writable(call).configuration
    trust = _target(call, farm)
    if call.should_process(trust.name, call.name):
        trust.enabled = enabled
        trust.last_updated = call.world.clock.now()
        changed(call)
        if call.switch("PassThru"):
            call.write(shown(call.host, trust))


@cmdlet("Enable-AdfsRelyingPartyTrust", (*_TARGETS, "PassThru"), net_class=class_of("Enable-AdfsRelyingPartyTrust"),
        module=MODULE)  # fmt: skip
def enable_trust(call: Call) -> None:
    _switch(call, True)


@cmdlet("Disable-AdfsRelyingPartyTrust", (*_TARGETS, "PassThru"), net_class=class_of("Disable-AdfsRelyingPartyTrust"),
        module=MODULE)  # fmt: skip
def disable_trust(call: Call) -> None:
    _switch(call, False)
