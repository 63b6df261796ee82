"""System.Environment, Stopwatch, GC, AppDomain and other facts about the process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from winsim.interpreter.ambient import running_session
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.net.datetimes import TICKS_PER_SECOND, TimeSpan
from winsim.interpreter.net.identifiers import Version
from winsim.interpreter.net.registrykeys import expand
from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

ENVIRONMENT = TypeDef("System.Environment")
MACHINE = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
USER = r"HKCU\Environment"
TARGET = "System.EnvironmentVariableTarget"
FOLDERS = {
    "System": r"C:\Windows\system32",
    "SystemX86": r"C:\Windows\SysWOW64",
    "Windows": r"C:\Windows",
    "ProgramFiles": r"C:\Program Files",
    "ProgramFilesX86": r"C:\Program Files (x86)",
    "CommonProgramFiles": r"C:\Program Files\Common Files",
    "CommonApplicationData": r"C:\ProgramData",
    "CommonDocuments": r"C:\Users\Public\Documents",
    "CommonDesktopDirectory": r"C:\Users\Public\Desktop",
    "Fonts": r"C:\Windows\Fonts",
    "CommonStartMenu": r"C:\ProgramData\Microsoft\Windows\Start Menu",
}
USER_FOLDERS = {
    "UserProfile": "",
    "ApplicationData": r"\AppData\Roaming",
    "LocalApplicationData": r"\AppData\Local",
    "MyDocuments": r"\Documents",
    "Personal": r"\Documents",
    "Desktop": r"\Desktop",
    "DesktopDirectory": r"\Desktop",
    "Favorites": r"\Favorites",
    "MyPictures": r"\Pictures",
}


@ENVIRONMENT.static_property("MachineName")
def machine_name() -> str:
    return str(running_session().host.name)


@ENVIRONMENT.static_property("UserName")
def user_name() -> str:
    return running_session().identity.user.rpartition("\\")[2]


@ENVIRONMENT.static_property("UserDomainName")
def user_domain() -> str:
    session = running_session()
    return session.identity.user.rpartition("\\")[0] or session.host.name


@ENVIRONMENT.static_property("CurrentDirectory", "System.String")
def current_directory() -> str:
    return str(running_session().state.get("process_directory", r"C:\Windows\system32"))


@ENVIRONMENT.static_setter("CurrentDirectory")
def set_current_directory(value: str) -> None:
    running_session().state["process_directory"] = value


@ENVIRONMENT.static_property("TickCount")
def tick_count() -> int:
    return int(running_session().host.uptime.total_seconds() * 1000) & 0x7FFFFFFF


class OperatingSystem(NetObject):
    type_names = ("System.OperatingSystem", "System.Object")

    def __str__(self) -> str:
        return "Microsoft Windows NT 6.3.9600.0"


SYSTEM = TypeDef("System.OperatingSystem", python=(OperatingSystem,), to_text=str)


@SYSTEM.property("Platform")
def platform(this: OperatingSystem) -> EnumValue:
    return EnumValue("System.PlatformID", "Win32NT", 2)


@SYSTEM.property("ServicePack")
def service_pack(this: OperatingSystem) -> str:
    return ""


@SYSTEM.property("Version")
def system_version(this: OperatingSystem) -> Version:
    return Version(6, 3, 9600, 0)


@SYSTEM.property("VersionString")
def version_string(this: OperatingSystem) -> str:
    return str(this)


def _constants() -> None:
    values: dict[str, object] = {
        "NewLine": "\r\n",
        "Is64BitOperatingSystem": True,
        "Is64BitProcess": True,
        "ProcessorCount": 2,
        "SystemDirectory": r"C:\Windows\system32",
        "UserInteractive": False,
        "SystemPageSize": 4096,
        "Version": Version(4, 0, 30319, 34014),
        "OSVersion": OperatingSystem(),
        "HasShutdownStarted": False,
        "ExitCode": 0,
    }
    for key, value in values.items():

        @ENVIRONMENT.static_property(key)
        def constant(value: object = value) -> object:
            return value


_constants()


@ENVIRONMENT.static_method("GetEnvironmentVariable", "System.String", needs_session=True)
def get_variable(session: Session, name: str) -> object:
    return session.environment().get((name or "").lower())


@ENVIRONMENT.static_method("GetEnvironmentVariable", "System.String", TARGET, needs_session=True)
def get_variable_of(session: Session, name: str, target: EnumValue) -> object:
    if target.name == "Process":
        return get_variable(session, name)
    held = session.host.registry.get(MACHINE if target.name == "Machine" else USER, name)
    if held is None and target.name == "Machine":
        held = next((v for k, v in session.host.environment.items() if k.lower() == name.lower()), None)
    return expand(held, session) if isinstance(held, str) else held


@ENVIRONMENT.static_method("SetEnvironmentVariable", "System.String", "System.String", needs_session=True)
def set_variable(session: Session, name: str, value: str | None) -> object:
    session.set_environment(name, value)
    return AUTOMATION_NULL


@ENVIRONMENT.static_method("SetEnvironmentVariable", "System.String", "System.String", TARGET, needs_session=True)
def set_variable_of(session: Session, name: str, value: str | None, target: EnumValue) -> object:
    if target.name == "Process":
        return set_variable(session, name, value)
    key = session.host.registry.create(MACHINE if target.name == "Machine" else USER)
    if value:
        key.set(name, value, "ExpandString" if "%" in value else "String")
    else:
        key.drop(name)
    if target.name == "Machine":
        known = session.host.environment
        for old in [k for k in known if k.lower() == name.lower()]:
            del known[old]
        if value:
            known[name] = value
    return AUTOMATION_NULL


@ENVIRONMENT.static_method("GetEnvironmentVariables", TARGET, optional=1, needs_session=True)
def get_variables(session: Session, target: EnumValue | None = None) -> Hashtable:
    values = session.environment()
    names = session.state["environment_names"]
    return Hashtable([(names.get(key, key), value) for key, value in values.items()], ignore_case=False)


@ENVIRONMENT.static_method("ExpandEnvironmentVariables", "System.String", needs_session=True)
def expand_variables(session: Session, text: str) -> str:
    return expand(text, session)


@ENVIRONMENT.static_method("GetFolderPath", "System.Environment+SpecialFolder", needs_session=True)
def get_folder_path(session: Session, folder: EnumValue) -> str:
    if folder.name in USER_FOLDERS:
        return session.home() + USER_FOLDERS[folder.name]
    return FOLDERS.get(folder.name, "")


@ENVIRONMENT.static_method("GetLogicalDrives", needs_session=True)
def get_logical_drives(session: Session) -> Array:
    return Array([f"{d.letter}:\\" for d in session.host.files.drives.values()], "System.String")


@ENVIRONMENT.static_method("GetCommandLineArgs")
def get_command_line() -> Array:
    return Array([r"C:\Windows\system32\wsmprovhost.exe", "-Embedding"], "System.String")


class Stopwatch(NetObject):
    """Runs on the lab clock."""

    type_names = ("System.Diagnostics.Stopwatch", "System.Object")

    def __init__(self) -> None:
        self.before = 0.0
        self.started: float | None = None

    @property
    def seconds(self) -> float:
        scale = running_session().world.clock.scale
        return self.before + ((time.monotonic() - self.started) * scale if self.started is not None else 0.0)


WATCH = TypeDef("System.Diagnostics.Stopwatch", python=(Stopwatch,))


@WATCH.constructor()
def make_watch() -> Stopwatch:
    return Stopwatch()


@WATCH.static_method("StartNew")
def start_new() -> Stopwatch:
    made = Stopwatch()
    made.started = time.monotonic()
    return made


@WATCH.static_method("GetTimestamp")
def get_timestamp() -> Int64:
    return Int64(int(time.monotonic() * TICKS_PER_SECOND))


@WATCH.static_property("Frequency")
def frequency() -> Int64:
    return Int64(TICKS_PER_SECOND)


@WATCH.method("Start")
def start(this: Stopwatch) -> object:
    if this.started is None:
        this.started = time.monotonic()
    return AUTOMATION_NULL


@WATCH.method("Stop")
def stop(this: Stopwatch) -> object:
    this.before, this.started = this.seconds, None
    return AUTOMATION_NULL


@WATCH.method("Reset")
def reset(this: Stopwatch) -> object:
    this.before, this.started = 0.0, None
    return AUTOMATION_NULL


@WATCH.method("Restart")
def restart(this: Stopwatch) -> object:
    this.before, this.started = 0.0, time.monotonic()
    return AUTOMATION_NULL


@WATCH.property("Elapsed")
def elapsed(this: Stopwatch) -> TimeSpan:
    return TimeSpan(int(this.seconds * TICKS_PER_SECOND))


@WATCH.property("ElapsedMilliseconds")
def elapsed_milliseconds(this: Stopwatch) -> Int64:
    return Int64(int(this.seconds * 1000))


@WATCH.property("ElapsedTicks")
def elapsed_ticks(this: Stopwatch) -> Int64:
    return Int64(int(this.seconds * TICKS_PER_SECOND))


@WATCH.property("IsRunning")
def is_running(this: Stopwatch) -> bool:
    return this.started is not None


GC = TypeDef("System.GC")
GC.static_method("Collect")(lambda: AUTOMATION_NULL)
GC.static_method("WaitForPendingFinalizers")(lambda: AUTOMATION_NULL)


@GC.static_method("GetTotalMemory", "System.Boolean")
def get_total_memory(force: bool) -> Int64:
    return Int64(48 * 1024 * 1024)


THREAD = TypeDef("System.Threading.Thread")


@THREAD.static_method("Sleep", "System.Int32", needs_session=True)
def thread_sleep(session: Session, milliseconds: int) -> object:
    session.sleep(milliseconds / 1000)
    return AUTOMATION_NULL


@THREAD.static_method("Sleep", "System.TimeSpan", needs_session=True)
def thread_sleep_span(session: Session, span: TimeSpan) -> object:
    session.sleep(span.ticks / TICKS_PER_SECOND)
    return AUTOMATION_NULL


class Thread(NetObject):
    type_names = ("System.Threading.Thread", "System.Object")


@THREAD.static_property("CurrentThread")
def current_thread() -> Thread:
    return Thread()


@THREAD.property("CurrentCulture", "System.Globalization.CultureInfo")
@THREAD.property("CurrentUICulture", "System.Globalization.CultureInfo")
def thread_culture(this: Thread) -> object:
    from winsim.interpreter.net.cultures import EN_US

    return EN_US


@THREAD.property("ManagedThreadId")
def thread_id(this: Thread) -> int:
    return 4


SECURITY_ELEMENT = TypeDef("System.Security.SecurityElement")


@SECURITY_ELEMENT.static_method("Escape", "System.String")
def escape_xml(text: str) -> str:
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
    return "".join(marks.get(c, c) for c in text)


TYPES = (ENVIRONMENT, SYSTEM, WATCH, GC, THREAD, SECURITY_ELEMENT)
