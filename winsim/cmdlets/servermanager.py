"""ServerManager: Windows features."""

from __future__ import annotations

import fnmatch

from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, EnumValue, PSObject
from winsim.world.feature_setup import FeatureError, SetupResult, install, remove
from winsim.world.features import Feature, catalogue
from winsim.world.power import request_restart

MODULE = "ServerManager"
CAME_LATER = "features that came later"  # in the state of a session: what it has installed itself
NAMESPACE = "Microsoft.Windows.ServerManager.Commands."
INSTALL_STATES = {"Available": 0, "Installed": 1, "InstallPending": 2, "UninstallPending": 3, "Removed": 5}
EXIT_CODES = {"Success": 0, "Failed": 1, "NoChangeNeeded": 1003, "SuccessRestartRequired": 3010}
YES, NO = ("Yes", 1), ("No", 0)


def feature_object(call: Call, feature: Feature) -> PSObject:
    state = call.host.features.state(feature.name)
    above, parent = [feature.display_name], feature.parent
    while parent:
        outer = catalogue().features[parent.lower()]
        above.insert(0, outer.display_name)
        parent = outer.parent
    return PSObject(
        {
            "Name": feature.name,
            "DisplayName": feature.display_name,
            "Description": "",
            "Installed": state == "Installed",
            "InstallState": EnumValue(NAMESPACE + "InstallState", state, INSTALL_STATES[state]),
            "FeatureType": feature.kind,
            "Path": "\\".join(above),
            "Depth": feature.depth + 1,
            "DependsOn": Array(feature.depends, "System.String"),
            "Parent": feature.parent or None,
            "ServerComponentDescriptor": None,
            "SubFeatures": Array([child.name for child in catalogue().children(feature.name)], "System.String"),
            "SystemService": Array(feature.services, "System.String"),
            "Notification": Array(),
            "BestPracticesModelId": None,
            "EventQuery": None,
            "PostConfigurationNeeded": False,
            "AdditionalInfo": None,
        },
        (NAMESPACE + "Feature", "System.Object"),
    )


def unknown(name: str) -> CommandError:
    message = (
        f"ArgumentNotValid: The role, role service, or feature name is not valid: '{name}'. The name was not found."
    )
    return CommandError("NameDoesNotExist", message, "InvalidArgument", name, "System.Exception")


def check_local(call: Call) -> None:
    if call.has("ComputerName"):
        name = call.text("ComputerName").lower()
        if name not in ("localhost", ".", call.host.name.lower(), call.host.fqdn.lower()):
            message = f"WinRM cannot process the request to {call.text('ComputerName')}: Access is denied."
            raise CommandError("WinRMFailure", message, "DeviceError", name, "System.Exception")


@cmdlet("Get-WindowsFeature", ("Name", "ComputerName"), net_class=NAMESPACE + "GetWindowsFeatureCommand",
        module=MODULE)  # fmt: skip
def get_feature(call: Call) -> None:
    check_local(call)
    book = catalogue()
    names = call.texts("Name")
    chosen: dict[str, Feature] = {} if names else dict(book.features)
    for name in names:
        found = fnmatch.filter(book.features, name.lower()) if any(c in name for c in "*?[") else [name.lower()]
        for key in found:
            feature = book.features.get(key)
            if feature is None:
                call.write_error(unknown(name))
            else:
                chosen[key] = feature
    call.write_all(feature_object(call, feature) for key, feature in book.features.items() if key in chosen)


def feature_names(call: Call) -> list[str]:
    """-Name takes names and the objects of Get-WindowsFeature."""
    given = call.get("Name")
    values = given if isinstance(given, list) else [given]
    names = []
    for value in values:
        name = to_text(value["Name"]) if isinstance(value, PSObject) and "Name" in value else to_text(value)
        feature = catalogue().find(name)
        if feature is None:
            raise unknown(name)
        names.append(feature.name)
    return names


@cmdlet("Install-WindowsFeature",
        ("Name", "IncludeManagementTools", "IncludeAllSubFeature", "Source", "Restart", "ComputerName"),
        net_class=NAMESPACE + "AddWindowsFeatureCommand", module=MODULE)  # fmt: skip
def install_feature(call: Call) -> None:
    names = _prepared(call)
    if not call.should_process(", ".join(names), "Install"):
        return
    try:
        result = install(
            call.world, call.host, names, tools=call.switch("IncludeManagementTools"),
            sub_features=call.switch("IncludeAllSubFeature"), sources=call.texts("Source"),
        )  # fmt: skip
    except FeatureError as error:
        call.write(_result(False, "Failed", NO, []))
        raise CommandError(
            f"DISMAPI_Error__Failed_To_Enable_Updates, 0x{error.code:x}", error.message, "InvalidOperation",
            "", "System.Exception",
        ) from None  # fmt: skip
    # This session looked for assemblies before they were there.
    call.session.state.setdefault(CAME_LATER, set()).update(name.lower() for name in names)
    _finish(call, result, names)


@cmdlet("Uninstall-WindowsFeature", ("Name", "IncludeManagementTools", "Remove", "Restart", "ComputerName"),
        net_class=NAMESPACE + "RemoveWindowsFeatureCommand", module=MODULE)  # fmt: skip
def uninstall_feature(call: Call) -> None:
    names = _prepared(call)
    if call.should_process(", ".join(names), "Uninstall"):
        try:
            result = remove(call.world, call.host, names, tools=call.switch("IncludeManagementTools"))
        except FeatureError as error:
            call.write(_result(False, "Failed", NO, []))
            raise CommandError(
                "RemovalNotPossible", error.message, "InvalidOperation", "", "System.Exception"
            ) from None
        if call.switch("Remove"):  # their files, too
            call.host.features.removed |= {name.lower() for name in names}
        _finish(call, result, names)


def _prepared(call: Call) -> list[str]:
    check_local(call)
    if not call.session.identity.is_admin:
        message = "You do not have adequate user rights to make changes to the target computer."
        raise CommandError("AccessDenied", message, "PermissionDenied", None, "System.UnauthorizedAccessException")
    return feature_names(call)


def _finish(call: Call, result: SetupResult, names: list[str]) -> None:
    restart = result.restart_needed
    if restart and not call.switch("Restart"):
        call.warning("You must restart this server to finish the installation process.")
    call.write(_result(True, result.exit_code, YES if restart else NO, [feature_result(f) for f in result.changed]))
    if restart and call.switch("Restart"):
        request_restart(call.world, call.host)
    call.world.touch()


def _result(success: bool, code: str, restart: tuple[str, int], features: list[object]) -> PSObject:
    return PSObject(
        {
            "Success": success,
            "RestartNeeded": EnumValue(NAMESPACE + "RestartState", *restart),
            "FeatureResult": Array(features),
            "ExitCode": EnumValue(NAMESPACE + "FeatureOperationExitCode", code, EXIT_CODES[code]),
        },
        (NAMESPACE + "FeatureOperationResult", "System.Object"),
    )


def feature_result(feature: Feature) -> object:
    return PSObject(
        {
            "Success": True,
            "RestartNeeded": feature.restart,
            "Name": feature.name,
            "DisplayName": feature.display_name,
            "Id": 0,
            "Message": Array(),
            "SkipReason": EnumValue(NAMESPACE + "SkipReason", "NotSkipped", 0),
        },
        (NAMESPACE + "FeatureOperationResultItem", "System.Object"),
    )
