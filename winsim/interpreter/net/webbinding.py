"""A binding of an IIS site, as Get-WebBinding gives it, with its methods."""

from __future__ import annotations

from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Int64, NetObject
from winsim.world.host import Host
from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.iis.bindings import BindingInformation

ELEMENT = "Microsoft.IIs.PowerShell.Framework.ConfigurationElement"
COM_EXCEPTION = "System.Runtime.InteropServices.COMException"


class WebBinding(NetObject):
    type_names = (f"{ELEMENT}#bindings#binding", ELEMENT, "System.Object")

    def __init__(self, host: Host, site: str, protocol: str, information: str, ssl_flags: int) -> None:
        self.host = host
        self.site = site
        self.protocol = protocol
        self.information = information
        self.ssl_flags = ssl_flags

    @property
    def endpoint(self) -> str:
        parsed = BindingInformation.parse(self.information)
        return parsed.endpoint(self.ssl_flags) if parsed and self.protocol.lower() == "https" else ""

    @property
    def certificate(self) -> SslBinding | None:
        return http_sys(self.host).find(self.endpoint) if self.endpoint else None


BINDING = TypeDef(WebBinding.type_names[0], python=(WebBinding,))


@BINDING.property("protocol")
def protocol(this: WebBinding) -> str:
    return this.protocol


@BINDING.property("bindingInformation")
def binding_information(this: WebBinding) -> str:
    return this.information


@BINDING.property("sslFlags")
def ssl_flags(this: WebBinding) -> object:
    return Int64(this.ssl_flags)


@BINDING.property("certificateHash")
def certificate_hash(this: WebBinding) -> str:
    return this.certificate.thumbprint if this.certificate else ""


@BINDING.property("certificateStoreName")
def certificate_store_name(this: WebBinding) -> str:
    return this.certificate.store if this.certificate else ""


@BINDING.property("isDsMapperEnabled")
def ds_mapper(this: WebBinding) -> bool:
    return this.certificate.ds_mapper if this.certificate else False


@BINDING.property("ItemXPath")
def item_xpath(this: WebBinding) -> str:
    return (
        f"/system.applicationHost/sites/site[@name='{this.site}']/bindings"
        f"/binding[@protocol='{this.protocol}' and @bindingInformation='{this.information}']"
    )


@BINDING.method("AddSslCertificate", "System.String", "System.String")
def add_ssl_certificate(this: WebBinding, thumbprint: str, store: str) -> object:
    found = this.host.certificates.find(thumbprint, store)
    if found is None or not found.container:
        raise NetError(COM_EXCEPTION, "A specified logon session does not exist. It may already have been terminated. "
                                      "(Exception from HRESULT: 0x80070520)")  # fmt: skip
    http_sys(this.host).put(SslBinding(this.endpoint, bool(this.ssl_flags & 1), found.thumbprint, store=store))
    return AUTOMATION_NULL


@BINDING.method("RemoveSslCertificate")
def remove_ssl_certificate(this: WebBinding) -> object:
    http_sys(this.host).drop(this.endpoint)
    return AUTOMATION_NULL


TYPES = (BINDING,)
