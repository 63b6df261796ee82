"""From a command's name to the command."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pslang.signatures import tables
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.errors import TerminatingError, error
from winsim.interpreter.registry import ALIASES, CORE_MODULES, registry
from winsim.interpreter.scopes import Scope
from winsim.interpreter.scriptblocks import AliasInfo, CommandInfo, CompiledScript, FunctionInfo, ScriptInfo, parse_text

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame


class Lookup:
    """The part of a session that finds commands: alias, function, cmdlet, program, script file."""

    scope: Scope
    host: Any
    state: dict[str, Any]
    import_seconds: Callable[[], float]

    def resolve(self, name: str, scope: Scope) -> CommandInfo:
        """The command to run; CommandNotFoundException where there is none."""
        found = self.find_command(name, scope)
        if found is None and name and not set(name) & set("-\\"):
            found = self.find_command(f"get-{name}", scope)
        while isinstance(found, AliasInfo):
            found = found.resolved
        if found is None:
            raise not_found(name)
        return found

    def find_command(self, name: str, scope: Scope, through: tuple[str, ...] = ()) -> CommandInfo | None:
        """``through``: the aliases that led here; one that leads back to itself stands for nothing."""
        key = name.lower()
        alias = scope.find_alias(key) or (ALIASES.get(key) if not self.removed_alias(key) else None)
        if alias is not None:
            if alias.lower() in through:
                return None
            known = (*through, key)
            own = alias.lower() == key
            target = self.find_real(key, name, scope) if own else self.find_command(alias, scope, known)
            return AliasInfo(scope.alias_name(key), alias, target)
        return self.find_real(key, name, scope)

    def removed_alias(self, key: str) -> bool:
        return key in self.state.get("removed_aliases", ())

    def find_real(self, key: str, name: str, scope: Scope) -> CommandInfo | None:
        function = scope.find_function(key.removeprefix("global:").removeprefix("script:"))
        if isinstance(function, CommandInfo):
            return function
        if "\\" in name and not name.startswith((".", "\\")) and ":" not in name:
            module, _, plain = name.rpartition("\\")
            known = registry().module_of(plain)
            if known is not None and known.lower() == module.lower():
                return self.find_cmdlet(plain)
            function = scope.find_function(plain.lower())
            if isinstance(function, FunctionInfo) and module_name(function.module).lower() == module.lower():
                return function
            loaded = self.state.get("modules", {}).get(module.lower())
            for exported, command in getattr(loaded, "exported", {}).items():
                if exported.lower() == plain.lower() and isinstance(command, CommandInfo):
                    return command
        cmdlet = self.find_cmdlet(name)
        if cmdlet is not None:
            return cmdlet
        native = registry().native(name)
        if native is not None and (native.declaration.present is None or native.declaration.present(self.host)):
            if native.declaration.path and self.leads_to(name, native.declaration.path):
                return native
            if "\\" in name and not native.declaration.path:
                raise NotBuilt(f"the set-up program {name} by the call operator; Start-Process runs it")
        if native is None and program_name(name) in WINDOWS_PROGRAMS:
            raise NotBuilt(f"the program {name}")
        return self.find_script(name)

    def leads_to(self, name: str, program: str) -> bool:
        """Whether a name is the path of a program, or a folder of Path holds the program."""
        file = name if name.lower().endswith(".exe") else f"{name}.exe"
        if "\\" not in name and "/" not in name:
            folders = self.environment().get("path", "").lower().split(";")
            return ntpath.dirname(program).lower() in [folder.strip().rstrip("\\") for folder in folders]
        resolve = self.state.get("resolve_path")
        if resolve is not None and name[1:2] != ":":
            file = str(resolve(file))
        return ntpath.normpath(file).lower().replace("\\syswow64\\", "\\system32\\") == program.lower()

    def environment(self) -> dict[str, str]:
        raise NotImplementedError

    def find_cmdlet(self, name: str) -> CommandInfo | None:
        """A cmdlet, when its module is on this host. One that exists and is not built is an error of the lab."""
        info = registry().cmdlets.get(name.lower())
        module = registry().module_of(name)
        if module is None or not self.has_module(module):
            return None
        self.bring_module(module.lower())  # a command brings its module along
        if info is not None:
            return info
        if tables.find(name) is not None:
            raise NotBuilt(f"the cmdlet {name}")
        return None

    def bring_module(self, name: str) -> None:
        """Loads a module (lower case) when it is not loaded yet, which takes the host its time."""
        used: set[str] = self.state.setdefault("used_modules", set())
        if name in used:
            return
        used.add(name)
        if name not in CORE_MODULES and self.import_seconds():
            self.pause(self.import_seconds())

    def pause(self, seconds: float) -> None:
        raise NotImplementedError

    def has_module(self, name: str) -> bool:
        if name.lower() in CORE_MODULES or name == "":
            return True
        ask = getattr(self.host, "has_module", None)
        return bool(ask(name)) if ask is not None else True

    def find_script(self, name: str) -> CommandInfo | None:
        """A .ps1 file on the host, by path."""
        if not name.lower().endswith(".ps1"):
            return None
        reader = self.state.get("read_text")
        text = reader(name) if reader is not None else None
        if not isinstance(text, str):
            return None
        resolve = self.state.get("resolve_path")
        path = str(resolve(name)) if resolve is not None else name
        script = parse_text(text, path)
        self.check_requirements(script.requires, name)
        return ScriptInfo(path, CompiledScript(script, text=text))

    def check_requirements(self, requires: tuple[str, ...], name: str) -> None:
        """What ``#requires`` of a script file demands: version and modules."""
        for line in requires:
            words = line.split()
            option, value = words[0].lower() if words else "", " ".join(words[1:])
            if "-version".startswith(option) and value.split(".")[0].isdigit() and int(value.split(".")[0]) > 4:
                message = (
                    f"The script '{name}' cannot be run because it contained a \"#requires\" statement for Windows "
                    f"PowerShell {value}. The version of Windows PowerShell that is required by the script does not "
                    "match the currently running version of Windows PowerShell 4.0."
                )
                raise requirement("ScriptRequiresUnmatchedPSVersion", message, name)
            if option == "-modules":
                missing = [m.strip(" '\"") for m in value.split(",") if not self.has_module(m.strip(" '\""))]
                if missing:
                    message = (
                        f"The script '{name}' cannot be run because the following modules that are specified by the "
                        f'"#requires" statements of the script are missing: {", ".join(missing)}.'
                    )
                    raise requirement("ScriptRequiresMissingModules", message, name)

    def read_lines(self, path: str) -> list[str]:
        """The lines of a file of the host, for ``switch -File``."""
        reader = self.state.get("read_text")
        text = reader(path) if reader is not None else None
        if text is None:
            message = f"Could not find file '{path}'."
            raise error("FileReadError", message, "ObjectNotFound", path)
        return str(text).splitlines()

    def write_file(self, path: str, lines: list[object], append: bool) -> None:
        """The target of ``>`` and ``>>``: Out-File of the host."""
        from winsim.interpreter.binder import Argument
        from winsim.interpreter.frames import Frame as RunFrame

        frame = RunFrame(self, self.scope, lambda value: None)  # type: ignore[arg-type]
        arguments = [Argument("LiteralPath", path), *([Argument("Append")] if append else [])]
        self.run_command("Out-File", arguments, lines, frame)  # type: ignore[attr-defined]

    def load_on_use(self, frame: Frame, name: str) -> None:
        """Modules load on first use; the lab's are always loaded."""


_PROGRAM_NAMES = """
    arp at attrib auditpol bcdboot bcdedit bitsadmin bootcfg cacls certreq certutil change chglogon choice chkdsk cipher
    cleanmgr clip cmd cmdkey cmstp comp compact convert cscript defrag diskpart diskperf diskraid dism dispdiag doskey
    driverquery eventcreate eventvwr expand extrac32 fc find findstr fltmc forfiles format fsutil ftp getmac gpresult
    gpupdate hostname icacls iexpress iisreset ipconfig klist ksetup label lodctr logman logoff makecab manage-bde mmc
    mountvol msg msiexec msinfo32 mstsc nbtstat net net1 netcfg netdom netsh netstat nltest notepad nslookup odbcconf
    openfiles pathping perfmon ping pnputil powercfg powershell powershell_ise qprocess query quser qwinsta recover reg
    regedit regini regsvr32 relog robocopy route rpcping rundll32 sc schtasks sconfig sdbinst secedit setspn setx sfc
    shutdown sigverif slmgr subst systeminfo systemreset takeown taskkill tasklist taskmgr timeout tracerpt tracert tree
    tscon tsdiscon typeperf tzutil vssadmin w32tm waitfor wbadmin wecutil wevtutil where whoami winmgmt winrm winrs
    winver wmic wscript wusa xcopy
    adprep csvde dcdiag dcpromo dfsrdiag dfsrmig dfsutil dnscmd dsacls dsadd dsget dsmgmt dsmod dsmove dsquery dsrm
    ktpass ldifde ldp ntdsutil ocsetup redircmp redirusr repadmin rsh servermanagercmd
"""
WINDOWS_PROGRAMS = frozenset(_PROGRAM_NAMES.split())
"""Programs of Windows Server 2012 R2 and its roles: one that is not built is an error of the lab, not unknown."""


def program_name(name: str) -> str:
    return name.lower().rpartition("\\")[2].removesuffix(".exe").removesuffix(".cmd")


def requirement(id: str, message: str, name: str) -> TerminatingError:
    kind = "System.Management.Automation.ScriptRequiresException"
    return error(id, message, "ResourceUnavailable", name, kind)


def module_name(module: object) -> str:
    return str(getattr(module, "name", "") or "")


def not_found(name: str) -> TerminatingError:
    message = (
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. "
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
    )
    kind = "System.Management.Automation.CommandNotFoundException"
    return error("CommandNotFoundException", message, "ObjectNotFound", name, kind, None, {"CommandName": name})
