"""Get-CimInstance and Get-WmiObject."""

from __future__ import annotations

from datetime import datetime

from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.catalogue import extensions, views
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.values import Array, PSObject, UInt32, UInt64
from winsim.world.wmi import Instance, Value, WqlError, condition, dmtf, instances, parse_query

CIM_CLASS = "Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand"
SYSTEM_PROPERTIES = ("__GENUS", "__CLASS", "__SERVER", "__NAMESPACE", "__PATH")


def rows(call: Call, name: str, namespace: str, filter: str) -> list[Instance] | None:
    found = instances(call.world, call.host, namespace, name)
    if found is None or not filter:
        return found
    test = condition(filter)
    return [row for row in found if test(row)]


def number(value: int) -> object:
    return UInt64(value) if value > 0xFFFFFFFF else UInt32(value)


def check_local(call: Call, parameter: str) -> None:
    for name in call.texts(parameter):
        if name.lower() not in (".", "localhost", call.host.name.lower(), call.host.fqdn.lower()):
            raise NotBuilt(f"{call.name} -{parameter} {name}")


# Classes of root\\cimv2 that 2012 R2 has and scripts ask for, beyond those that PowerShell's own tables name.
CLASSES = frozenset(
    f"win32_{name}"
    for name in (
        *("ace", "account", "desktopmonitor", "diskdrivetodiskpartition", "groupuser", "ip4routetable", "keyboard"),
        *("logicaldisktopartition", "logicalfilesecuritysetting", "logicalsharesecuritysetting", "mountpoint"),
        *("optionalfeature", "physicalmemory", "pnpentity", "pnpsigneddriver", "processor", "reliabilityrecords"),
        *("securitydescriptor", "serverfeature", "shadowcopy", "sid", "terminalservicesetting", "thread", "trustee"),
        *("userprofile", "videocontroller", "volume", "systemservices", "dependentservice", "localtime", "codecfile"),
    )
)
SPACES = frozenset(
    {
        *("root", "root/default", "root/wmi", "root/standardcimv2", "root/rsop", "root/directory/ldap", "root/cli"),
        *("root/microsoftdns", "root/webadministration", "root/subscription", "root/security", "root/microsoft"),
    }
)


def refuse_known(namespace: str, name: str) -> None:
    """What Windows has and the lab has not is no invalid class."""
    space, key = namespace.replace("\\", "/").lower(), name.lower()
    named = {text.rpartition("/")[2].rpartition("\\")[2] for text in (*views(), *extensions()) if "cimv2" in text}
    if space == "root/cimv2" and (key in CLASSES or key in named or key.startswith(("cim_", "win32_perf"))):
        raise NotBuilt(f"the class {name}")
    if space in SPACES or space.startswith("root/microsoft/"):
        raise NotBuilt(f"the namespace {namespace}")


@cmdlet("Get-CimInstance", ("ClassName", "Namespace", "Filter", "Property", "Query"), net_class=CIM_CLASS,
        module="CimCmdlets")  # fmt: skip
def get_cim_instance(call: Call) -> None:
    check_local(call, "ComputerName")
    name, filter, names = call.text("ClassName"), call.text("Filter"), call.texts("Property")
    namespace = call.text("Namespace") or "root/cimv2"
    try:
        if call.has("Query"):
            names, name, filter = parse_query(call.text("Query"))
        found = rows(call, name, namespace, filter)
    except WqlError:
        raise CommandError("HRESULT 0x80041017", "Invalid query ", "InvalidArgument", None,
                           "Microsoft.Management.Infrastructure.CimException") from None  # fmt: skip
    if found is None:
        refuse_known(namespace, name)
        known = namespace.replace("\\", "/").lower() == "root/cimv2"
        code, message = ("80041010", "Invalid class ") if known else ("8004100e", "Invalid namespace ")
        raise CommandError(f"HRESULT 0x{code}", message, "MetadataError", f"{namespace}:{name}",
                           "Microsoft.Management.Infrastructure.CimException")  # fmt: skip
    type_name = f"Microsoft.Management.Infrastructure.CimInstance#{namespace.replace(chr(92), '/')}/{name}"
    for row in found:
        made = PSObject({}, (type_name, "Microsoft.Management.Infrastructure.CimInstance", "System.Object"))
        for key, value in row.items():
            if not names or key.lower() in (wanted.lower() for wanted in names):
                made[key] = _cim_value(value)
        call.write(made)


def _cim_value(value: Value) -> object:
    if isinstance(value, datetime):
        return DateTime.from_python(value)
    return _common(value)


def _common(value: Value) -> object:
    if isinstance(value, list):
        return Array(value, "System.String")
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return number(value)


@cmdlet("Get-WmiObject", ("Class", "Namespace", "Filter", "Property", "Query", "ComputerName"),
        net_class="Microsoft.PowerShell.Commands.GetWmiObjectCommand",
        module="Microsoft.PowerShell.Management")  # fmt: skip
def get_wmi_object(call: Call) -> None:
    check_local(call, "ComputerName")
    name, filter, names = call.text("Class"), call.text("Filter"), call.texts("Property")
    namespace = call.text("Namespace") or "root\\cimv2"
    try:
        if call.has("Query"):
            names, name, filter = parse_query(call.text("Query"))
        found = rows(call, name, namespace, filter)
    except WqlError:
        raise CommandError("GetWMIManagementException", "Invalid query ", "InvalidOperation", None,
                           "System.Management.ManagementException") from None  # fmt: skip
    if found is None:
        refuse_known(namespace, name)
        raise CommandError("GetWMIManagementException", f'Invalid class "{name}"', "InvalidType", None,
                           "System.Management.ManagementException")  # fmt: skip
    space = namespace.replace("/", "\\")
    types = (f"System.Management.ManagementObject#{space}\\{name}", "System.Management.ManagementObject",
             "System.Management.ManagementBaseObject", "System.Object")  # fmt: skip
    for row in found:
        made = PSObject({}, types)
        made["__CLASS"], made["__SERVER"], made["__NAMESPACE"] = name, call.host.name, space
        for key, value in row.items():
            if not names or names == ["*"] or key.lower() in (wanted.lower() for wanted in names):
                made[key] = dmtf(value) if isinstance(value, datetime) else _common(value)
        call.write(made)
