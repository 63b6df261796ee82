"""Global variables and automatic variables of a runspace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from winsim.interpreter.command import CommandError
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.errors import error
from winsim.interpreter.scopes import MISSING, Scope, VariableInfo
from winsim.interpreter.typetable import table
from winsim.interpreter.values import Array, ArrayList, EnumValue

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame
    from winsim.interpreter.hosting import Identity

PREFERENCES = {
    "ErrorActionPreference": "Continue",
    "WarningPreference": "Continue",
    "VerbosePreference": "SilentlyContinue",
    "DebugPreference": "SilentlyContinue",
    "ProgressPreference": "Continue",
}
ACTION_VALUES = {"SilentlyContinue": 0, "Stop": 1, "Continue": 2, "Inquire": 3, "Ignore": 4, "Suspend": 5}
ERROR_VIEW = "NormalView"


class GlobalState:
    """The part of a session that fills and answers its variables."""

    scope: Scope
    state: dict[str, Any]
    host: Any
    identity: Identity
    errors: ArrayList

    def fill_global_scope(self) -> None:
        from winsim.interpreter.net.encodings import Encoding

        variables = self.scope.vars
        self.errors = ArrayList()
        for name, value in PREFERENCES.items():
            action = EnumValue("System.Management.Automation.ActionPreference", value, ACTION_VALUES[value])
            self.define(name, action)
            info = self.scope.infos.setdefault(name.lower(), VariableInfo())
            info.convert = to_preference
        self.define("ConfirmPreference", EnumValue("System.Management.Automation.ConfirmImpact", "High", 3))
        self.define("WhatIfPreference", False)
        self.define("Error", self.errors)
        self.define("ErrorView", ERROR_VIEW)
        self.define("FormatEnumerationLimit", 4)
        self.define("MaximumErrorCount", 256)
        for counted in ("Alias", "Drive", "Function", "History", "Variable"):
            self.define(f"Maximum{counted}Count", 4096)
        self.define("PSHOME", r"C:\Windows\System32\WindowsPowerShell\v1.0")
        self.define("HOME", self.home())
        self.define("PID", 4012)
        self.define("ShellId", "Microsoft.PowerShell")
        self.define("PSCulture", "en-US")
        self.define("PSUICulture", "en-US")
        self.define("OutputEncoding", Encoding("ASCII"))
        self.define("NestedPromptLevel", 0)
        self.define("PSEmailServer", "")
        self.define("PSSessionApplicationName", "wsman")
        self.define("PSSessionConfigurationName", "http://schemas.microsoft.com/powershell/Microsoft.PowerShell")
        self.define("PSDefaultParameterValues", Hashtable())
        self.define("PSVersionTable", version_table())
        variables["args"] = Array()
        variables["null"] = None
        variables["true"] = True
        variables["false"] = False
        for name in ("pshome", "pid", "shellid", "psversiontable", "true", "false", "null"):
            info = self.scope.infos.setdefault(name, VariableInfo())
            info.constant = name in ("true", "false", "null", "shellid", "pshome", "pid")
            info.readonly = True
        self.scope.infos.setdefault("home", VariableInfo()).readonly = True
        from winsim.interpreter.default_functions import compiled
        from winsim.interpreter.scriptblocks import FunctionInfo

        for name, code in compiled().items():
            self.scope.functions[name.lower()] = FunctionInfo(name, code, self)  # type: ignore[arg-type]

    def define(self, name: str, value: object) -> None:
        self.scope.vars[name.lower()] = value
        self.scope.names[name.lower()] = name

    def home(self) -> str:
        return "C:\\Users\\" + self.identity.user.rpartition("\\")[2]

    def automatic(self, key: str, frame: Frame) -> object:
        """Variables that are made on demand."""
        if key == "executioncontext":
            from winsim.interpreter.engine_types import ExecutionContext

            return ExecutionContext(frame.session)
        if key == "host":
            from winsim.interpreter.engine_types import InternalHost

            return InternalHost(frame.session)
        if key in ("_", "psitem", "input", "foreach", "switch", "pscmdlet", "this", "matches", "lastexitcode"):
            return MISSING if frame.scope.strict >= 1 and key not in ("_", "psitem") else None
        if key in ("psscriptroot", "pscommandpath"):
            return ""
        if key == "pwd":
            location = self.state.get("location")
            return location() if callable(location) else None
        if key == "profile":
            return self.home() + r"\Documents\WindowsPowerShell\Microsoft.PowerShell_profile.ps1"
        return MISSING

    def using(self, key: str, frame: Frame) -> object:
        values = self.state.get("using")
        if isinstance(values, dict) and key in values:
            return values[key]
        message = (
            "A Using variable cannot be retrieved. A Using variable can be used only with Invoke-Command, Start-Job, "
            "or InlineScript in the script workflow."
        )
        raise error("UsingWithoutInvokeCommand", message, "InvalidOperation")

    def drive_value(self, drive: str, name: str, frame: Frame) -> object:
        """``$env:Path`` and the like: providers register a reader as ``state["drive:env"]``."""
        if drive == "function":
            found: Any = frame.scope.find_function(name.lower())
            return found.block if found is not None else None
        if drive == "variable":
            return frame.scope.lookup(name.lower(), None)
        if drive == "alias":
            return frame.scope.find_alias(name.lower())
        if drive == "env":
            return self.environment().get(name.lower())
        reader = self.state.get("drive_reader")
        if reader is None:
            return None
        try:
            value: object = reader(frame, drive, name)
        except CommandError as problem:
            if problem.id in ("DriveNotFound", "PathNotFound"):
                return None  # as a variable that does not exist
            raise error(problem.id, problem.message, problem.category, problem.target, problem.exception) from None
        return value

    def set_drive_value(self, drive: str, name: str, value: object, frame: Frame) -> None:
        from winsim.interpreter.texts import to_text

        if drive == "env":
            self.set_environment(name, to_text(value) if value is not None else None)
            return
        if drive == "variable":
            frame.scope.set_local(name.lower(), value, name)
            return
        if drive == "function":
            self.set_function(frame, name, value)
            return
        if drive == "alias":
            frame.scope.set_alias(name, to_text(value))
            return
        no_drive(drive, name)

    def set_function(self, frame: Frame, name: str, value: object) -> None:
        from winsim.interpreter.scriptblocks import CompiledScript, FunctionInfo, ScriptBlock, parse_text
        from winsim.interpreter.texts import to_text

        if isinstance(value, ScriptBlock):
            made = FunctionInfo(name, value.code, frame.session, value.module)
            made.captured = value.captured
        else:
            text = to_text(value)
            made = FunctionInfo(name, CompiledScript(parse_text(text), text=text), frame.session)
        frame.scope.functions[name.lower()] = made

    # -- environment of the process -----------------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """The process environment: lower-case name to value. ``environment_names`` has them as written."""
        found = self.state.get("environment")
        if found is None:
            names: dict[str, str] = {}
            found = {}
            for name, value in environment_of(self.host, self.identity):
                found[name.lower()] = value
                names[name.lower()] = name
            self.state["environment"], self.state["environment_names"] = found, names
        result: dict[str, str] = found
        return result

    def set_environment(self, name: str, value: str | None) -> None:
        values = self.environment()
        if value is None or value == "":
            values.pop(name.lower(), None)
            self.state["environment_names"].pop(name.lower(), None)
            return
        values[name.lower()] = value
        self.state["environment_names"].setdefault(name.lower(), name)


def no_drive(drive: str, name: str) -> object:
    message = f"Cannot find drive. A drive with the name '{drive}' does not exist."
    kind = "System.Management.Automation.DriveNotFoundException"
    raise error("DriveNotFound", message, "ObjectNotFound", drive, kind)


def to_preference(value: object) -> object:
    from winsim.interpreter.convert import convert
    from winsim.interpreter.typetable import get_type

    return convert(value, get_type("System.Management.Automation.ActionPreference"))


def version_table() -> Hashtable:
    """$PSVersionTable of Windows Server 2012 R2."""
    from winsim.interpreter.convert import convert
    from winsim.interpreter.typetable import get_type

    version = get_type("System.Version")
    known = table().definition("System.Version") is not None

    def made(text: str) -> object:
        return convert(text, version) if known else text

    return Hashtable(
        [
            ("PSVersion", made("4.0")),
            ("BuildVersion", made("6.3.9600.17090")),
            ("CLRVersion", made("4.0.30319.34014")),
            ("WSManStackVersion", made("3.0")),
            ("PSCompatibleVersions", Array([made(v) for v in ("1.0", "2.0", "3.0", "4.0")], "System.Version")),
            ("SerializationVersion", made("1.1.0.1")),
            ("PSRemotingProtocolVersion", made("2.2")),
        ]
    )


def environment_of(host: Any, identity: Identity) -> Iterable[tuple[str, str]]:
    """What the environment of a process on the host holds."""
    domain, _, user = identity.user.rpartition("\\")
    name = getattr(host, "name", "HOST")
    profile = identity.profile
    temporary = rf"{profile}\AppData\Local\Temp" if identity.loads_profile else r"C:\Windows\TEMP"
    values = {
        "ALLUSERSPROFILE": r"C:\ProgramData",
        "APPDATA": rf"{profile}\AppData\Roaming",
        "CommonProgramFiles": r"C:\Program Files\Common Files",
        "CommonProgramFiles(x86)": r"C:\Program Files (x86)\Common Files",
        "COMPUTERNAME": name,
        "ComSpec": r"C:\Windows\system32\cmd.exe",
        "LOCALAPPDATA": rf"{profile}\AppData\Local",
        "NUMBER_OF_PROCESSORS": "2",
        "OS": "Windows_NT",
        "Path": r"C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem;C:\Windows\System32\WindowsPowerShell\v1.0"
        + "\\",
        "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC;.CPL",
        "PROCESSOR_ARCHITECTURE": "AMD64",
        "ProgramData": r"C:\ProgramData",
        "ProgramFiles": r"C:\Program Files",
        "ProgramFiles(x86)": r"C:\Program Files (x86)",
        "ProgramW6432": r"C:\Program Files",
        "PSModulePath": r"C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules"
        + "\\",
        "PUBLIC": r"C:\Users\Public",
        "SystemDrive": "C:",
        "SystemRoot": r"C:\Windows",
        "TEMP": temporary,
        "TMP": temporary,
        "USERDOMAIN": domain or name,
        "USERNAME": user,
        "USERPROFILE": profile,
        "windir": r"C:\Windows",
    }
    values.update(getattr(host, "environment", None) or {})
    return values.items()
