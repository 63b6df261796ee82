"""The private key of a certificate as .NET 4.5 shows it: RSACryptoServiceProvider and its CspKeyContainerInfo."""

from __future__ import annotations

from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.values import EnumValue, NetObject
from winsim.world.certificates import KeyContainer

SPACE = "System.Security.Cryptography"
KEY_NUMBERS = {1: "Exchange", 2: "Signature"}


class RsaKey(NetObject):
    type_names = (
        f"{SPACE}.RSACryptoServiceProvider", f"{SPACE}.RSA", f"{SPACE}.AsymmetricAlgorithm", "System.Object",
    )  # fmt: skip

    def __init__(self, container: KeyContainer) -> None:
        self.container = container


class ContainerInfo(NetObject):
    type_names = (f"{SPACE}.CspKeyContainerInfo", "System.Object")

    def __init__(self, container: KeyContainer) -> None:
        self.container = container


RSA = TypeDef(RsaKey.type_names[0], python=(RsaKey,), base=f"{SPACE}.RSA")
INFO = TypeDef(ContainerInfo.type_names[0], python=(ContainerInfo,))


@RSA.property("CspKeyContainerInfo")
def container_info(this: RsaKey) -> ContainerInfo:
    return ContainerInfo(this.container)


@RSA.property("KeySize")
def key_size(this: RsaKey) -> int:
    key = this.container.load()
    return int(getattr(key, "key_size", 0))


@RSA.property("KeyExchangeAlgorithm")
def exchange_algorithm(this: RsaKey) -> str | None:
    return "RSA-PKCS1-KeyEx" if this.container.key_spec == 1 else None


@RSA.property("SignatureAlgorithm")
def signature_algorithm(this: RsaKey) -> str:
    return "http://www.w3.org/2000/09/xmldsig#rsa-sha1"


@RSA.property("PersistKeyInCsp")
def persists(this: RsaKey) -> bool:
    return this.container.persisted


@RSA.property("PublicOnly")
def public_only(this: RsaKey) -> bool:
    return False


@INFO.property("KeyNumber")
def key_number(this: ContainerInfo) -> EnumValue:
    number = this.container.key_spec
    return EnumValue(f"{SPACE}.KeyNumber", KEY_NUMBERS.get(number, str(number)), number)


@INFO.property("MachineKeyStore")
def machine_key_store(this: ContainerInfo) -> bool:
    return this.container.machine


@INFO.property("ProviderName")
def provider_name(this: ContainerInfo) -> str:
    return this.container.provider


@INFO.property("ProviderType")
def provider_number(this: ContainerInfo) -> int:
    return this.container.provider_type


@INFO.property("KeyContainerName")
def container_name(this: ContainerInfo) -> str:
    return this.container.name


@INFO.property("UniqueKeyContainerName")
def unique_name(this: ContainerInfo) -> str:
    return this.container.name


@INFO.property("Exportable")
def exportable(this: ContainerInfo) -> bool:
    return this.container.exportable


@INFO.property("Accessible")
def accessible(this: ContainerInfo) -> bool:
    return True


@INFO.property("HardwareDevice")
def hardware_device(this: ContainerInfo) -> bool:
    return False


@INFO.property("Removable")
def removable(this: ContainerInfo) -> bool:
    return False


@INFO.property("Protected")
def protected(this: ContainerInfo) -> bool:
    return False


TYPES = (RSA, INFO)
