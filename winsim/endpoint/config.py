"""Identify, and winrm/config as Get and Enumerate tell it (values of Server 2012 R2)."""

from __future__ import annotations

from typing import Final

from winsim.endpoint.contracts import ListenerSettings, ServiceSettings
from winsim.endpoint.soap import IDENTIFY, SOAP

_CONFIG_URI: Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
_PRODUCT: Final = "OS: 6.3.9600 SP: 0.0 Stack: 3.0"


def identify(*, authenticated: bool) -> bytes:
    """The answer to wsmid:Identify; who has not logged on learns no version of the operating system."""
    product = _PRODUCT if authenticated else "OS: 0.0.0 SP: 0.0 Stack: 3.0"
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}"><s:Header/><s:Body>'
        f'<wsmid:IdentifyResponse xmlns:wsmid="{IDENTIFY}">'
        "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>"
        "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        f"<wsmid:ProductVersion>{product}</wsmid:ProductVersion>"
        "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
    ).encode()


def _flag(value: bool) -> str:
    return str(value).lower()


def _elements(pairs: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"<cfg:{name}>{value}</cfg:{name}>" for name, value in pairs)


def _auth(settings: ServiceSettings, *, client: bool) -> str:
    pairs = [
        ("Basic", _flag(settings.basic or client)),
        ("Kerberos", "true"),
        ("Negotiate", "true"),
        ("Certificate", _flag(settings.certificate)),
        ("CredSSP", _flag(settings.credssp and not client)),
    ]
    if client:
        pairs.insert(1, ("Digest", "true"))
    else:
        pairs.append(("CbtHardeningLevel", settings.bindings.capitalize()))
    return f"<cfg:Auth>{_elements(tuple(pairs))}</cfg:Auth>"


def _client(settings: ServiceSettings) -> str:
    ports = _elements((("HTTP", "5985"), ("HTTPS", "5986")))
    return (
        "<cfg:Client><cfg:NetworkDelayms>5000</cfg:NetworkDelayms><cfg:URLPrefix>wsman</cfg:URLPrefix>"
        f"<cfg:AllowUnencrypted>false</cfg:AllowUnencrypted>{_auth(settings, client=True)}"
        f"<cfg:DefaultPorts>{ports}</cfg:DefaultPorts><cfg:TrustedHosts></cfg:TrustedHosts></cfg:Client>"
    )


def _service(settings: ServiceSettings) -> str:
    limits = _elements(
        (
            ("RootSDDL", "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"),
            ("MaxConcurrentOperations", "4294967295"),
            ("MaxConcurrentOperationsPerUser", "1500"),
            ("EnumerationTimeoutms", "240000"),
            ("MaxConnections", "300"),
            ("MaxPacketRetrievalTimeSeconds", "120"),
            ("AllowUnencrypted", _flag(settings.allow_unencrypted)),
        )
    )
    ports = _elements((("HTTP", "5985"), ("HTTPS", "5986")))
    rest = _elements(
        (
            ("IPv4Filter", "*"),
            ("IPv6Filter", "*"),
            ("EnableCompatibilityHttpListener", "false"),
            ("EnableCompatibilityHttpsListener", "false"),
            ("CertificateThumbprint", ""),
            ("AllowRemoteAccess", "true"),
        )
    )
    return (
        f"<cfg:Service>{limits}{_auth(settings, client=False)}<cfg:DefaultPorts>{ports}</cfg:DefaultPorts>"
        f"{rest}</cfg:Service>"
    )


def _winrs(settings: ServiceSettings) -> str:
    pairs = (
        ("AllowRemoteShellAccess", "true"),
        ("IdleTimeout", str(int(settings.idle_timeout * 1000))),
        ("MaxConcurrentUsers", "10"),
        ("MaxShellRunTime", "2147483647"),
        ("MaxProcessesPerShell", "25"),
        ("MaxMemoryPerShellMB", str(settings.max_memory_mb)),
        ("MaxShellsPerUser", str(settings.max_shells_per_user)),
    )
    return f"<cfg:Winrs>{_elements(pairs)}</cfg:Winrs>"


def _config(settings: ServiceSettings) -> str:
    own = _elements(
        (
            ("MaxEnvelopeSizekb", str(settings.max_envelope_kb)),
            ("MaxTimeoutms", str(int(settings.max_operation_timeout * 1000))),
            ("MaxBatchItems", "32000"),
            ("MaxProviderRequests", "4294967295"),
        )
    )
    return own + _client(settings) + _service(settings) + _winrs(settings)


def get(uri: str, settings: ServiceSettings) -> str | None:
    """The body for one of the configuration resources; None when there is no such resource."""
    bodies = {
        _CONFIG_URI: lambda: f'<cfg:Config xmlns:cfg="{_CONFIG_URI}">{_config(settings)}</cfg:Config>',
        f"{_CONFIG_URI}/client": lambda: _rooted(_client(settings), "client"),
        f"{_CONFIG_URI}/service": lambda: _rooted(_service(settings), "service"),
        f"{_CONFIG_URI}/winrs": lambda: _rooted(_winrs(settings), "winrs"),
    }
    build = bodies.get(uri)
    return build() if build else None


def _rooted(body: str, part: str) -> str:
    """A part asked for by itself has its own namespace."""
    head, _, rest = body.partition(">")
    return f'{head} xmlns:cfg="{_CONFIG_URI}/{part}">{rest}'


def enumerate_items(uri: str, settings: ServiceSettings) -> list[str] | None:
    if uri == f"{_CONFIG_URI}/listener":
        return [_listener(one) for one in settings.listeners]
    body = get(uri, settings)
    return None if body is None else [body]


def _listener(listener: ListenerSettings) -> str:
    pairs = (
        ("Address", listener.address),
        ("Transport", listener.transport),
        ("Port", str(listener.port)),
        ("Hostname", listener.hostname),
        ("Enabled", _flag(listener.enabled)),
        ("URLPrefix", listener.url_prefix),
        ("CertificateThumbprint", listener.thumbprint),
    )
    return f'<cfg:Listener xmlns:cfg="{_CONFIG_URI}/listener">{_elements(pairs)}</cfg:Listener>'
