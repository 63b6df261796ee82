"""Install-AdfsFarm and Add-AdfsFarmNode: prerequisites, the steps of a deployment, and what it leaves on a host."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from winsim.world import issuing
from winsim.world.certificates import thumbprint
from winsim.world.directory import Directory, DirectoryError, DirectoryObject, names, objects
from winsim.world.services import Service, ServiceError, start, stop

from . import bindings, service
from .defaults import ENDPOINTS, PROPERTIES
from .state import AdfsServer, Endpoint, FarmCertificate, FarmConfiguration

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

DATABASE = r"C:\Windows\WID\data"
DATABASE_FILES = ("AdfsConfiguration.mdf", "AdfsConfiguration_log.ldf", "AdfsArtifactStore.mdf",
                  "AdfsArtifactStore_log.ldf")  # fmt: skip
READ = 0x120089


class Refused(Exception):
    """The deployment cannot go on; ``context`` is the stage that says so."""

    def __init__(self, message: str, context: str = "DeploymentTask") -> None:
        super().__init__(message)
        self.message = message
        self.context = context


@dataclass(frozen=True)
class Request:
    """What both deployments are given. ``reaches_directory``: the caller has a second hop (or works on the DC)."""

    thumbprint: str
    account: str
    password: str | None
    overwrite: bool
    reaches_directory: bool
    is_domain_admin: bool
    service_name: str = ""
    display_name: str | None = None
    https_port: int = 443
    tls_client_port: int = 49443
    signing: str = ""
    decrypting: str = ""
    primary: str = ""
    primary_port: int = 80


def is_configured(host: Host) -> bool:
    return host.registry.get(service.STATUS_KEY, "FSConfigurationStatus") == 2


def check(world: World, host: Host, request: Request, service_name: str) -> None:
    """The prerequisites that both kinds of deployment have; raises Refused with the first that fails."""
    if not host.is_member:
        raise _unmet("The AD FS server must be joined to a domain.")
    if not request.reaches_directory:
        raise _unmet(
            "Unable to access the Active Directory domain: the caller's credentials could not be used to contact a "
            "domain controller. A directory service error has occurred."
        )
    if not request.is_domain_admin:
        raise _unmet("The credentials that were supplied are not those of a domain administrator.")
    if is_configured(host) and not request.overwrite:
        raise _unmet("The AD FS service is already configured on this computer.")
    if _database_exists(host) and not request.overwrite:
        raise _unmet("An existing AD FS configuration database was found. Use OverwriteConfiguration to delete it.")
    if service_name.lower() in (host.fqdn.lower(), host.name.lower()):
        raise _unmet("The federation service name must be different from the name of the computer.")
    _check_certificate(host, request.thumbprint, service_name)
    _check_account(world, host, request)


def _unmet(message: str) -> Refused:
    return Refused(message, "PrerequisiteValidation")


def _check_certificate(host: Host, wanted: str, service_name: str) -> None:
    entry = host.certificates.find(wanted)
    if entry is None:
        raise _unmet(
            f"The certificate with the specified thumbprint {wanted} does not exist in the Local Machine certificate "
            "store (My)."
        )
    if host.certificates.key_of(entry) is None:
        raise _unmet(f"The certificate with the specified thumbprint {wanted} has no private key.")
    if not issuing.covers(entry.der, service_name):
        raise _unmet(
            f"The federation service name {service_name} does not match the subject name or a subject alternative "
            f"name of the certificate {wanted}."
        )


def _check_account(world: World, host: Host, request: Request) -> DirectoryObject:
    directory = _directory(world)
    found = objects.account(directory, request.account)
    if found is None:
        raise _unmet(f"The service account {request.account} was not found in Active Directory.")
    if request.password is not None and found.password != request.password:
        raise _unmet(f"The password of the service account {request.account} is not correct.")
    if not service.account_works(world, host, request.account):
        raise _unmet(
            f"The group Managed Service Account {request.account} cannot be used on this computer: it may not "
            "retrieve the managed password."
        )
    return found


def _directory(world: World) -> Directory:
    found = world.parts.find(Directory)
    if found is None:
        raise _unmet("The specified domain either does not exist or could not be contacted.")
    return found


def _database_exists(host: Host) -> bool:
    return any(host.files.exists(f"{DATABASE}\\{name}") for name in DATABASE_FILES)


def check_farm(world: World, host: Host, request: Request) -> None:
    check(world, host, request, request.service_name)
    directory = _directory(world)
    account = objects.account(directory, request.account)
    for holder in objects.with_spn(directory, f"host/{request.service_name}"):
        if holder is not account:
            raise _unmet(
                "The SPN required for this Federation Service is already set on another Active Directory account "
                f"({directory.netbios}\\{holder.sam}). Choose a different Federation Service name and try again."
            )
    for wanted in (request.signing, request.decrypting):
        entry = host.certificates.find(wanted) if wanted else None
        if wanted and (entry is None or host.certificates.key_of(entry) is None):
            raise _unmet(f"The certificate with the specified thumbprint {wanted} was not found with its private key.")


def install_farm(world: World, host: Host, request: Request, install_wid: Callable[[], None]) -> None:
    """A new farm whose primary is this host."""
    check_farm(world, host, request)
    install_wid()
    directory = _directory(world)
    account = _check_account(world, host, request)
    farm = FarmConfiguration(request.service_name.lower(), str(uuid4()), f"{directory.netbios}\\{account.sam}")
    farm.properties = copy.deepcopy(PROPERTIES) | {
        "HostName": farm.service_name,
        "DisplayName": request.display_name or farm.service_name,
        "Identifier": f"http://{farm.service_name}/adfs/services/trust",
        "HttpsPort": request.https_port,
        "TlsClientPort": request.tls_client_port,
        "AutoCertificateRollover": not request.signing,
    }
    farm.endpoints = [
        Endpoint(path, protocol, enabled, proxy, mode, kind) for path, protocol, enabled, proxy, mode, kind in ENDPOINTS
    ]
    _token_certificates(world, host, farm, request)
    _service_certificate(host, farm, request.thumbprint)
    try:
        _share_keys(world, directory, farm)
        _register_name(world, directory, account, farm.service_name)
    except DirectoryError as error:
        raise Refused(f"Active Directory error: {error.message}") from None
    host.parts.put(AdfsServer(is_primary=True, configuration=farm))
    _finish(world, host, farm, request)


def join_farm(world: World, host: Host, request: Request, install_wid: Callable[[], None]) -> None:
    """Another node of the farm of ``request.primary``."""
    primary = world.find_host(request.primary)
    source = primary.parts.find(AdfsServer) if primary else None
    reachable = (
        primary is not None
        and bool(world.resolve(host, request.primary))
        and primary.is_up(world.clock.now())
        and primary.services.running("adfssrv")
    )
    answers = source is not None and source.configuration.properties["HttpPort"] == request.primary_port
    if not request.reaches_directory or source is None or not reachable or not answers or not source.is_primary:
        raise Refused(
            f"Unable to retrieve configuration from the primary server {request.primary}. Verify that the primary "
            "server is reachable and that the credentials are those of a domain administrator.",
            "PrerequisiteValidation",
        )
    farm = copy.deepcopy(source.configuration)
    check(world, host, request, farm.service_name)
    directory = _directory(world)
    account = _check_account(world, host, request)
    if f"{directory.netbios}\\{account.sam}".lower() != farm.service_account.lower():
        raise _unmet(f"The service account of the farm is {farm.service_account}; every node has to use it.")
    install_wid()
    server = AdfsServer(False, request.primary.lower(), request.primary_port, configuration=farm)
    server.last_sync = server.last_sync_attempt = world.clock.now()
    host.parts.put(server)
    if host.fqdn.lower() not in source.nodes:
        source.nodes.append(host.fqdn.lower())
    _finish(world, host, farm, request)


def _token_certificates(world: World, host: Host, farm: FarmConfiguration, request: Request) -> None:
    now = world.clock.now()
    for purpose, label, given in (("Token-Signing", "Signing", request.signing),
                                  ("Token-Decrypting", "Encryption", request.decrypting)):  # fmt: skip
        if given:
            entry = host.certificates.find(given)
            container = host.certificates.key_of(entry) if entry else None
            if entry is None or container is None:
                raise Refused(f"The certificate {given} has no usable private key.")
            farm.certificates.append(FarmCertificate(purpose, entry.der, entry.thumbprint, True, container.pkcs8))
        else:
            made = issuing.self_signed(f"ADFS {label} - {farm.service_name}", now, 365)
            farm.certificates.append(FarmCertificate(purpose, made.der, thumbprint(made.der), True, made.key))


def _service_certificate(host: Host, farm: FarmConfiguration, wanted: str) -> None:
    entry = host.certificates.find(wanted)
    if entry is None:
        raise Refused(f"The certificate {wanted} is gone.")
    farm.certificates.insert(0, FarmCertificate("Service-Communications", entry.der, entry.thumbprint))


def _share_keys(world: World, directory: Directory, farm: FarmConfiguration) -> None:
    """The container in the directory from which the nodes get the keys of the token certificates (DKM)."""
    now = world.clock.now()
    root = names.of_domain(directory.domain)
    base = f"CN=ADFS,CN=Microsoft,CN=Program Data,{root}"
    if objects.get(directory, base) is None:
        objects.insert(directory, base, "container", now=now)
    farm.sharing_container = f"CN={uuid4()},{base}"
    objects.insert(directory, farm.sharing_container, "container", now=now)
    objects.insert(directory, f"CN=CryptoPolicy,{farm.sharing_container}", "contact", now=now)
    objects.insert(directory, f"CN={uuid4()},{farm.sharing_container}", "contact", now=now)
    farm.properties["CertificateSharingContainer"] = farm.sharing_container


def _register_name(world: World, directory: Directory, account: DirectoryObject, service_name: str) -> None:
    objects.add_values(directory, account, "servicePrincipalName", [f"host/{service_name}"], world.clock.now())


def _finish(world: World, host: Host, farm: FarmConfiguration, request: Request) -> None:
    """What a deployment leaves on the machine, up to the running service."""
    host.files.make_directory(DATABASE)
    for name in DATABASE_FILES:
        host.files.write(f"{DATABASE}\\{name}", farm.farm_id.encode("ascii"))
    grant_key(host, request.thumbprint, farm.service_account)
    bindings.bind(host, farm, request.thumbprint)
    host.registry.set(service.STATUS_KEY, "FSConfigurationStatus", 2, "DWord")
    host.events.logs.extend(log for log in ("AD FS/Admin",) if log not in host.events.logs)
    unit = host.services.find("adfssrv") or host.services.add(
        Service("adfssrv", "Active Directory Federation Services")
    )
    unit.account = farm.service_account
    unit.start_type, unit.delayed = "Automatic", True
    unit.hook = "winsim.world.adfs.service"
    unit.path = r"C:\Windows\ADFS\Microsoft.IdentityServer.ServiceHost.exe"
    try:
        stop(world, host, unit.name, force=True)
        start(world, host, unit.name)
    except ServiceError as error:
        raise Refused(
            "The AD FS Windows Service could not be started. Cannot start service adfssrv on computer '.'."
            f"{' ' + error.message if error.code == 1069 else ''}"
        ) from None


def grant_key(host: Host, wanted: str, account: str) -> None:
    """Read access to a certificate's private key for the service."""
    entry = host.certificates.find(wanted)
    container = host.certificates.key_of(entry) if entry else None
    found = host.files.find(container.path) if container else None
    if found is not None:
        found.access.grant(account, READ)
        found.access.grant("NT SERVICE\\adfssrv", READ)


def role_removed(world: World, host: Host) -> None:
    """The role service was uninstalled: databases, bindings, names and the key container stay behind."""
    server = host.parts.find(AdfsServer)
    if server is None:
        return
    for other in world.hosts.values():
        found = other.parts.find(AdfsServer)
        if found is not None and host.fqdn.lower() in found.nodes:
            found.nodes.remove(host.fqdn.lower())
    host.parts.drop(AdfsServer)
    host.registry.remove(service.STATUS_KEY)
    bindings.silence(host)
