"""Active Directory preparation: schema, forest, domain."""

from __future__ import annotations

from winsim.cmdlets.lync_common import BASE, MODULE, class_of, directory, failed, reported
from winsim.cmdlets.products import QUIET, in_group
from winsim.interpreter.command import Call, cmdlet
from winsim.interpreter.values import EnumValue
from winsim.world.directory import Directory, objects
from winsim.world.lync import preparation, users
from winsim.world.lync.machine import SERVICES

_AREA = "Deployment"


def _need_group(call: Call, *names: str) -> None:
    if not in_group(call, *names):
        raise failed(f"You must be a member of {' or '.join(names)} to run this cmdlet.", "PermissionDenied",
                     f"{BASE}.Deployment.DeploymentException")  # fmt: skip


def _state(name: str, text: str, value: int) -> EnumValue:
    return EnumValue(f"{BASE}.Deployment.{name}", text, value)


@cmdlet("Install-CsAdServerSchema", (), net_class=class_of("Install-CsAdServerSchema", _AREA),
        module=MODULE, idle=QUIET)  # fmt: skip
@reported
def install_schema(call: Call) -> None:
    found = directory(call)
    _need_group(call, "Schema Admins")
    if call.should_process(found.domain, "Install-CsAdServerSchema"):
        preparation.extend_schema(found, call.world.clock.now())
        call.world.touch()


@cmdlet("Get-CsAdServerSchema", (), net_class=class_of("Get-CsAdServerSchema", _AREA), module=MODULE)
@reported
def get_schema(call: Call) -> None:
    ready = objects.is_lync_ready(directory(call))
    text = "SCHEMA_VERSION_STATE_CURRENT" if ready else "SCHEMA_VERSION_STATE_NOT_FOUND"
    call.write(_state("SchemaVersionState", text, 1 if ready else 0))


@cmdlet("Enable-CsAdForest", (), net_class=class_of("Enable-CsAdForest", _AREA), module=MODULE, idle=QUIET)
@reported
def enable_forest(call: Call) -> None:
    found = directory(call)
    _need_group(call, "Enterprise Admins")
    if not objects.is_lync_ready(found):
        raise failed("The Active Directory schema has not been extended for Lync Server 2013: directory object not "
                     "found.", "ObjectNotFound", f"{BASE}.Deployment.DeploymentException")  # fmt: skip
    if call.should_process(found.domain, "Enable-CsAdForest"):
        preparation.prepare_forest(found, call.world.clock.now())
        call.world.touch()


@cmdlet("Get-CsAdForest", (),
        net_class=class_of("Get-CsAdForest", _AREA), module=MODULE)  # fmt: skip
@reported
def get_forest(call: Call) -> None:
    ready = preparation.is_forest_ready(directory(call))
    text = "LC_FORESTSETTINGS_STATE_READY" if ready else "LC_FORESTSETTINGS_STATE_NOT_READY"
    call.write(_state("LcForestSettingsState", text, 1 if ready else 0))


@cmdlet("Enable-CsAdDomain", ("Domain",), net_class=class_of("Enable-CsAdDomain", _AREA),
        module=MODULE, idle=QUIET)  # fmt: skip
@reported
def enable_domain(call: Call) -> None:
    found = directory(call)
    _need_group(call, "Domain Admins", "Enterprise Admins")
    _check_domain(call, found)
    if not preparation.is_forest_ready(found):
        raise failed("The forest has not been prepared. Run Enable-CsAdForest first.", "InvalidOperation",
                     f"{BASE}.Deployment.DeploymentException")  # fmt: skip
    if call.should_process(found.domain, "Enable-CsAdDomain"):
        preparation.prepare_domain(found, call.world.clock.now())
        call.world.touch()


def _check_domain(call: Call, found: Directory) -> None:
    wanted = call.text("Domain").lower()
    if wanted and wanted != found.domain:
        raise failed(f'Cannot find the domain "{call.text("Domain")}".', "ObjectNotFound",
                     f"{BASE}.Deployment.DeploymentException")  # fmt: skip


@cmdlet("Get-CsAdDomain", ("Domain",),
        net_class=class_of("Get-CsAdDomain", _AREA), module=MODULE)  # fmt: skip
@reported
def get_domain(call: Call) -> None:
    found = directory(call)
    _check_domain(call, found)
    ready = preparation.is_domain_ready(found)
    text = "LC_DOMAINSETTINGS_STATE_READY" if ready else "LC_DOMAINSETTINGS_STATE_NOT_READY"
    call.write(_state("LcDomainSettingsState", text, 1 if ready else 0))


@cmdlet("Disable-CsAdDomain", ("Force", "Domain"),
        net_class=class_of("Disable-CsAdDomain", _AREA), module=MODULE)  # fmt: skip
@reported
def disable_domain(call: Call) -> None:
    found = directory(call)
    _need_group(call, "Domain Admins", "Enterprise Admins")
    active = [host.fqdn for host in call.world.hosts.values()
              if any(host.services.find(name) is not None for name, *_ in SERVICES if name == "RTCSRV")]  # fmt: skip
    if active and not call.switch("Force"):
        raise failed(f"An active Front End server was found in the domain: {active[0]}.", "InvalidOperation",
                     f"{BASE}.Deployment.DeploymentException")  # fmt: skip
    if call.should_process(found.domain, "Disable-CsAdDomain"):
        preparation.unprepare_domain(found, call.world.clock.now())
        call.world.touch()


@cmdlet("Disable-CsAdForest", ("Force",), net_class=class_of("Disable-CsAdForest", _AREA),
        module=MODULE)  # fmt: skip
@reported
def disable_forest(call: Call) -> None:
    found = directory(call)
    _need_group(call, "Enterprise Admins")
    if preparation.is_domain_ready(found):
        raise failed(f"The domain {found.domain} is still prepared for Lync Server. Run Disable-CsAdDomain first.",
                     "InvalidOperation", f"{BASE}.Deployment.DeploymentException")  # fmt: skip
    if users.all_users(found) and not call.switch("Force"):
        raise failed("There are users that are enabled for Lync Server in the forest.", "InvalidOperation",
                     f"{BASE}.Deployment.DeploymentException")  # fmt: skip
    if call.should_process(found.domain, "Disable-CsAdForest"):
        preparation.unprepare_forest(found)
        call.world.touch()
