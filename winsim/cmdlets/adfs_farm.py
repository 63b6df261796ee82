"""The settings of a farm: properties, sign-in policy, synchronisation and endpoints."""

from __future__ import annotations

from datetime import UTC, datetime

from winsim.cmdlets.adfs_common import MODULE, RESOURCES, changed, class_of, configuration, invalid, server, writable
from winsim.cmdlets.products import entity, items, moment, plain, span, strings, uri
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.datetimes import DateTime, TimeSpan
from winsim.interpreter.values import Array
from winsim.world.adfs import AdfsServer, FarmConfiguration
from winsim.world.adfs.defaults import PRIMARY_PROVIDERS, SETTERS
from winsim.world.adfs.state import Endpoint, Setting

_NOT_SETTABLE = frozenset({"ContactPerson", "OrganizationInfo", "AddProxyAuthorizationRules"})


def _shown(name: str, value: Setting) -> object:
    if name == "Identifier":
        return uri(str(value))
    if name == "ExtranetObservationWindow":
        return span(str(value))
    if name == "PersistentSsoCutoffTime":
        return moment(datetime.fromisoformat(str(value)).replace(tzinfo=UTC))
    if name in ("AuthenticationContextOrder", "AcceptableIdentifiers") and isinstance(value, list):
        return Array([uri(one) for one in value], "System.Uri")
    return strings(value) if isinstance(value, list) else value


def _properties(farm: FarmConfiguration) -> object:
    shown = {name: _shown(name, value) for name, value in farm.properties.items()}
    return entity((f"{RESOURCES}.ServiceProperties",), shown)


@cmdlet("Get-AdfsProperties", net_class=class_of("Get-AdfsProperties"), module=MODULE)
def get_properties(call: Call) -> None:
    call.write(_properties(configuration(call)))


_SETTABLE = (
    "AcceptableIdentifiers AuthenticationContextOrder AutoCertificateRollover CertificateCriticalThreshold "
    "CertificateDuration CertificateGenerationThreshold CertificatePromotionThreshold CertificateRolloverInterval "
    "CertificateThresholdMultiplier ClientCertRevocationCheck DisplayName EnableExtranetLockout EnableKmsi "
    "EnableLoopDetection EnablePersistentSso ExtendedProtectionTokenCheck ExtranetLockoutThreshold "
    "ExtranetObservationWindow FederationPassiveAddress HostName HttpPort HttpsPort Identifier "
    "IntranetUseLocalClaimsProvider LogLevel LoopDetectionMaximumTokensIssuedInInterval "
    "LoopDetectionTimeIntervalInSeconds MonitoringInterval NetTcpPort NtlmOnlySupportedClientAtProxy "
    "PersistentSsoCutoffTime PersistentSsoLifetimeMins PreventTokenReplays ProxyTrustTokenLifetime "
    "ReplayCacheExpirationInterval SamlMessageDeliveryWindow SendClientRequestIdAsQueryStringParameter "
    "SignSamlAuthnRequests SignedSamlRequestsRequired SsoLifetime TlsClientPort WIASupportedUserAgents"
)
_PARAMETERS = tuple(_SETTABLE.split())


def _stored(value: object) -> Setting:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, DateTime):
        return value.to_python().replace(tzinfo=None).isoformat()
    if isinstance(value, TimeSpan):
        return str(value)
    return plain(value)


@cmdlet("Set-AdfsProperties", (*_PARAMETERS, "PassThru"), net_class=class_of("Set-AdfsProperties"), module=MODULE)
def set_properties(call: Call) -> None:
    farm = writable(call).configuration
    if not call.should_process("AD FS", "Set-AdfsProperties"):
        return
    for parameter in _PARAMETERS:
        if call.has(parameter):
            name = SETTERS.get(parameter, parameter)
            value = _stored(call.get(parameter))
            if isinstance(farm.properties[name], list) and not isinstance(value, list):
                value = [str(value)]
            farm.properties[name] = value
    changed(call)
    if any(call.has(name) for name in ("HostName", "HttpsPort", "HttpPort", "TlsClientPort", "WIASupportedUserAgents",
                                       "ExtendedProtectionTokenCheck")):  # fmt: skip
        call.warning("PS0038: This action requires a restart of the AD FS Windows Service. If you have deployed a "
                     "federation server farm, restart the service on every server in the farm.")  # fmt: skip
    if call.switch("PassThru"):
        call.write(_properties(farm))


def _policy(farm: FarmConfiguration) -> object:
    shown = {name: strings(value) if isinstance(value, list) else value for name, value in farm.policy.items()}
    return entity((f"{RESOURCES}.AdfsGlobalAuthenticationPolicy",), shown)


@cmdlet("Get-AdfsGlobalAuthenticationPolicy", net_class=class_of("Get-AdfsGlobalAuthenticationPolicy"), module=MODULE)
def get_policy(call: Call) -> None:
    call.write(_policy(configuration(call)))


@cmdlet(
    "Set-AdfsGlobalAuthenticationPolicy",
    ("PrimaryIntranetAuthenticationProvider", "PrimaryExtranetAuthenticationProvider",
     "AdditionalAuthenticationProvider", "DeviceAuthenticationEnabled", "WindowsIntegratedFallbackEnabled",
     "PassThru"),
    net_class=class_of("Set-AdfsGlobalAuthenticationPolicy"), module=MODULE,
)  # fmt: skip
def set_policy(call: Call) -> None:
    farm = writable(call).configuration
    if not call.should_process("AD FS", "Set-AdfsGlobalAuthenticationPolicy"):
        return
    wanted: dict[str, Setting] = {}
    for side in ("Intranet", "Extranet"):
        name = f"Primary{side}AuthenticationProvider"
        if call.has(name):
            wanted[name] = _providers(call, name, PRIMARY_PROVIDERS[side.lower()])
    if call.has("AdditionalAuthenticationProvider"):
        wanted["AdditionalAuthenticationProvider"] = _providers(
            call, "AdditionalAuthenticationProvider", ("CertificateAuthentication",)
        )
    for name in ("DeviceAuthenticationEnabled", "WindowsIntegratedFallbackEnabled"):
        if call.has(name):
            wanted[name] = call.switch(name)
    farm.policy.update(wanted)
    changed(call)
    if call.switch("PassThru"):
        call.write(_policy(farm))


def _providers(call: Call, parameter: str, known: tuple[str, ...]) -> list[str]:
    names = [plain(one) for one in items(call.get(parameter))]
    spelled = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in spelled:
            raise invalid(f"PS0279: The authentication provider '{name}' is not valid for {parameter}.")
    return [spelled[name.lower()] for name in names]


@cmdlet("Get-AdfsSyncProperties", net_class=class_of("Get-AdfsSyncProperties"), module=MODULE)
def get_sync(call: Call) -> None:
    found = server(call)
    if found.is_primary:
        call.write(entity((f"{RESOURCES}.SyncPropertiesBase",), {"Role": "PrimaryComputer"}))
        return
    call.write(
        entity(
            (f"{RESOURCES}.SyncProperties", f"{RESOURCES}.SyncPropertiesBase"),
            {
                "LastSyncFromPrimaryComputerName": found.primary_host,
                "LastSyncStatus": found.last_sync_status,
                "LastSyncTime": moment(found.last_sync),
                "PollDuration": found.poll_seconds,
                "PrimaryComputerName": found.primary_host,
                "PrimaryComputerPort": found.primary_port,
                "Role": "SecondaryComputer",
            },
        )
    )


@cmdlet(
    "Set-AdfsSyncProperties", ("PollDuration", "PrimaryComputerName", "PrimaryComputerPort", "Role"),
    net_class=class_of("Set-AdfsSyncProperties"), module=MODULE,
)  # fmt: skip
def set_sync(call: Call) -> None:
    found = server(call)
    if not call.should_process("AD FS", "Set-AdfsSyncProperties"):
        return
    if call.has("Role"):
        _set_role(call, found)
    if found.is_primary and call.has("PollDuration"):
        raise invalid("PS0034: The poll duration can be set on a secondary computer only.")
    if call.has("PollDuration"):
        found.poll_seconds = int(call.text("PollDuration"))
    if call.has("PrimaryComputerName"):
        found.primary_host = call.text("PrimaryComputerName").lower()
    if call.has("PrimaryComputerPort"):
        found.primary_port = int(call.text("PrimaryComputerPort"))
    call.world.touch()


def _set_role(call: Call, found: AdfsServer) -> None:
    role = call.text("Role").lower()
    if role == "primarycomputer":
        found.is_primary, found.primary_host = True, ""
    elif role == "secondarycomputer":
        if not call.has("PrimaryComputerName"):
            raise invalid("PS0035: The name of the primary computer must be specified for a secondary computer.")
        found.is_primary = False
    else:
        raise CommandError("ParameterArgumentValidationError", f"The role '{call.text('Role')}' is not valid.",
                           "InvalidData", None, "System.Management.Automation.ParameterBindingException")  # fmt: skip


def _endpoint(farm: FarmConfiguration, one: Endpoint) -> object:
    return entity(
        (f"{RESOURCES}.Endpoint",),
        {
            "ClientCredentialType": one.client_credential,
            "Enabled": one.enabled,
            "FullUrl": uri(f"https://{farm.service_name}{one.path}"),
            "Proxy": one.proxy,
            "Protocol": one.protocol,
            "SecurityMode": one.security_mode,
            "AddressPath": one.path,
            "Version": one.version,
        },
    )


@cmdlet("Get-AdfsEndpoint", ("AddressPath", "FullUrl"), net_class=class_of("Get-AdfsEndpoint"), module=MODULE)
def get_endpoint(call: Call) -> None:
    farm = configuration(call)
    paths = {text.lower() for text in call.texts("AddressPath")}
    urls = {text.lower() for text in call.texts("FullUrl")}
    for one in farm.endpoints:
        url = f"https://{farm.service_name}{one.path}".lower()
        if (not paths or one.path.lower() in paths) and (not urls or url in urls):
            call.write(_endpoint(farm, one))


def _target(call: Call, farm: FarmConfiguration) -> Endpoint:
    if not call.has("TargetAddressPath"):
        raise NotBuilt(f"{call.name} without -TargetAddressPath")
    wanted = call.text("TargetAddressPath").lower()
    found = next((one for one in farm.endpoints if one.path.lower() == wanted), None)
    if found is None:
        raise invalid(f"PS0101: The endpoint {call.text('TargetAddressPath')} does not exist.")
    return found


def _switch_endpoint(call: Call, enabled: bool) -> None:
    farm = writable(call).configuration
    found = _target(call, farm)
    if call.should_process(found.path, call.name):
        found.enabled = enabled
        changed(call)
        if call.switch("PassThru"):
            call.write(_endpoint(farm, found))


@cmdlet("Enable-AdfsEndpoint", ("TargetAddressPath", "PassThru"), net_class=class_of("Enable-AdfsEndpoint"),
        module=MODULE)  # fmt: skip
def enable_endpoint(call: Call) -> None:
    _switch_endpoint(call, True)


@cmdlet("Disable-AdfsEndpoint", ("TargetAddressPath", "PassThru"), net_class=class_of("Disable-AdfsEndpoint"),
        module=MODULE)  # fmt: skip
def disable_endpoint(call: Call) -> None:
    _switch_endpoint(call, False)


@cmdlet("Set-AdfsEndpoint", ("TargetAddressPath", "Proxy", "PassThru"), net_class=class_of("Set-AdfsEndpoint"),
        module=MODULE)  # fmt: skip
def set_endpoint(call: Call) -> None:
    farm = writable(call).configuration
    found = _target(call, farm)
    if call.should_process(found.path, call.name):
        found.proxy = call.switch("Proxy")
        changed(call)
        if call.switch("PassThru"):
            call.write(_endpoint(farm, found))
