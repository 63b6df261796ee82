"""Background jobs: a script block that runs in a runspace of its own, on the same host under the same identity.

What goes in and what comes out crosses a process boundary on Windows: it is serialised here as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from winsim.interpreter.clixml import deserialize, serialize_element
from winsim.interpreter.containers import GenericList
from winsim.interpreter.errors import ErrorRecord, ExceptionObject
from winsim.interpreter.hosting import Limits, PipelineRequest, RemoteCommand
from winsim.interpreter.net.dates import now_of
from winsim.interpreter.net.identifiers import Guid, new_guid
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.special import extend
from winsim.interpreter.values import EnumValue, NetObject, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA: Final = "System.Management.Automation."
STATES: Final = {
    "NotStarted": 0,
    "Running": 1,
    "Completed": 2,
    "Failed": 3,
    "Stopped": 4,
    "Blocked": 5,
    "Suspended": 6,
    "Disconnected": 7,
    "Suspending": 8,
    "Stopping": 9,
}
FINISHED: Final = frozenset({"Completed", "Failed", "Stopped"})
STACK: Final = 256 * 1024 * 1024
REMOTE_EXCEPTION: Final = SMA + "RemoteException"


def job_state(name: str) -> EnumValue:
    return EnumValue(SMA + "JobState", name, STATES[name])


def carried(value: object) -> object:
    """A value as it arrives on the other side of a process boundary."""
    return deserialize(serialize_element(value, 1))


class RemotingErrorRecord(ErrorRecord):
    """An error of another runspace: the same ids and texts, another exception."""

    type_names = (SMA + "Runspaces.RemotingErrorRecord", *ErrorRecord.type_names)


def carried_error(record: ErrorRecord) -> ErrorRecord:
    exception = ExceptionObject(REMOTE_EXCEPTION, record.exception.message)
    made = RemotingErrorRecord(exception, record.id, record.category.name, carried(record.target))
    made.command, made.activity = record.command, record.activity
    made.details = record.details
    made.category_info.reason_override = record.category_info.reason
    made.invocation = record.invocation
    exception.record = made
    return made


class JobStateInfo(NetObject):
    type_names = (SMA + "JobStateInfo", "System.Object")

    def __init__(self, state: str, reason: ExceptionObject | None) -> None:
        self.state = job_state(state)
        self.reason = reason

    def __str__(self) -> str:
        return self.state.name


class Results:
    """A sink: what a job has written and nobody has received yet, in order, stream by stream."""

    def __init__(self, origin: Guid) -> None:
        self.lock = threading.Lock()
        self.origin = origin
        self.items: list[tuple[str, object]] = []

    def add(self, stream: str, value: object) -> None:
        with self.lock:
            self.items.append((stream, value))

    def output(self, value: object) -> None:
        self.add("output", marked(carried(value), self.origin))

    def error(self, record: object) -> None:
        self.add("error", carried_error(record) if isinstance(record, ErrorRecord) else carried(record))

    def warning(self, record: object) -> None:
        self.add("warning", record)

    def verbose(self, record: object) -> None:
        self.add("verbose", record)

    def debug(self, record: object) -> None:
        self.add("debug", record)

    def progress(self, record: object) -> None:
        """Nobody sees it."""

    def taken(self, keep: bool) -> list[tuple[str, object]]:
        with self.lock:
            found = list(self.items)
            if not keep:
                self.items.clear()
        return found

    def of(self, stream: str) -> list[object]:
        with self.lock:
            return [value for name, value in self.items if name == stream]


def marked(value: object, origin: Guid) -> object:
    """What remoting notes on every object that it brings."""
    if value is None:
        return None
    holder = value if isinstance(value, PSObject) else extend(value) or PSObject({}, (), value)
    for name, note in (("RunspaceId", origin), ("PSComputerName", "localhost"), ("PSShowComputerName", False)):
        holder[name] = note
    return value if isinstance(value, NetObject | list) else holder


class ChildJob(NetObject):
    """The part of a job that runs: ``work(session, sink)`` in a thread."""

    type_names = (SMA + "PSRemotingChildJob", SMA + "Job", "System.Object")

    def __init__(self, number: int, command: str) -> None:
        self.id = number
        self.name = f"Job{number}"
        self.instance_id = new_guid()
        self.command = command
        self.state_name = "NotStarted"
        self.reason: ExceptionObject | None = None
        self.failure: ErrorRecord | None = None
        self.results = Results(new_guid())
        self.done = threading.Event()
        self.begin_time: object = None
        self.end_time: object = None
        self.session: Session | None = None
        self.listeners: list[Callable[[], None]] = []
        self.children: list[ChildJob] = []
        self.location = "localhost"
        self.status_message = ""
        self.finished_at = 0.0  # orders jobs that finish

    def start(self, session: Session, commands: Sequence[RemoteCommand], values: list[object] | None) -> None:
        self.session = session
        self.state_name = "Running"
        self.begin_time = now_of(session)
        previous = threading.stack_size(STACK)
        try:
            worker = threading.Thread(target=self.run, args=(session, commands, values), daemon=True)
            worker.start()
        finally:
            threading.stack_size(previous)

    def run(self, session: Session, commands: Sequence[RemoteCommand], values: list[object] | None) -> None:
        limits = Limits(seconds=session.limits.seconds)
        state = "Completed"
        for position, command in enumerate(commands):
            last = position == len(commands) - 1
            given = iter(values) if last and values is not None else None
            outcome = session.invoke(PipelineRequest([command], given, limits=limits), self.results)
            if outcome.state == "stopped":
                state = "Stopped"
            elif outcome.state == "failed" and isinstance(outcome.error, ErrorRecord):
                state = "Failed"
                self.failure = carried_error(outcome.error)
                self.reason = self.failure.exception
            if state != "Completed":
                break
        self.finish(session, state)

    def finish(self, session: Session, state: str) -> None:
        self.end_time = now_of(session)
        self.finished_at = time.monotonic()
        self.state_name = state
        self.done.set()
        for listener in self.listeners:
            listener()

    def stop(self) -> None:
        if self.session is not None and not self.done.is_set():
            self.session.stop()
            self.done.wait()

    @property
    def has_more_data(self) -> bool:
        return not self.done.is_set() or bool(self.results.items)


class Job(NetObject):
    """System.Management.Automation.PSRemotingJob with its one child."""

    type_names = (SMA + "PSRemotingJob", SMA + "Job", "System.Object")

    def __init__(self, number: int, name: str, child: ChildJob) -> None:
        self.id = number
        self.name = name
        self.instance_id = new_guid()
        self.child = child
        self.children = [child]
        self.command = child.command
        self.location = "localhost"
        self.status_message = ""

    @property
    def state_name(self) -> str:
        return self.child.state_name

    @property
    def reason(self) -> ExceptionObject | None:
        return None

    @property
    def results(self) -> Results:
        """Of its own a parent has none."""
        return Results(self.instance_id)

    @property
    def has_more_data(self) -> bool:
        return self.child.has_more_data

    @property
    def begin_time(self) -> object:
        return self.child.begin_time

    @property
    def end_time(self) -> object:
        return self.child.end_time


class Jobs:
    """The jobs of a runspace. The first one has the number 2, as in PowerShell 4.0; its child takes the next."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.last = 1

    def create(self, name: str, command: str) -> Job:
        number = self.last + 1
        self.last += 2
        made = Job(number, name or f"Job{number}", ChildJob(number + 1, command))
        self.jobs.append(made)
        return made


def jobs_of(session: Session) -> Jobs:
    found: Jobs = session.state.setdefault("jobs", Jobs())
    return found


JOB = TypeDef(SMA + "Job")
PARENT = TypeDef(SMA + "PSRemotingJob", base=SMA + "Job", python=(Job,))
CHILD = TypeDef(SMA + "PSRemotingChildJob", base=SMA + "Job", python=(ChildJob,))
STATE_INFO = TypeDef(SMA + "JobStateInfo", python=(JobStateInfo,), to_text=str)
STATE_INFO.attribute("State", "Reason")
JOB.to_text = PARENT.to_text = CHILD.to_text = lambda this: str(this.type_names[0])


@JOB.property("State")
def state(this: Job | ChildJob) -> EnumValue:
    return job_state(this.state_name)


@JOB.property("HasMoreData")
def has_more_data(this: Job | ChildJob) -> bool:
    return this.has_more_data


JOB.attribute("StatusMessage", "Location", "Command")


@JOB.property("JobStateInfo")
def state_info(this: Job | ChildJob) -> JobStateInfo:
    return JobStateInfo(this.state_name, this.reason)


@JOB.property("Finished")
def finished(this: Job | ChildJob) -> object:
    from winsim.interpreter.command import NotBuilt

    raise NotBuilt("the wait handle of a job; Wait-Job waits for it")


JOB.attribute("InstanceId", "Id")
JOB.attribute("Name", readonly=False)


@JOB.property("ChildJobs")
def child_jobs(this: Job | ChildJob) -> GenericList:
    return GenericList(this.children, SMA + "Job")


@JOB.property("PSBeginTime")
def begin_time(this: Job | ChildJob) -> object:
    return this.begin_time


@JOB.property("PSEndTime")
def end_time(this: Job | ChildJob) -> object:
    return this.end_time


@JOB.property("PSJobTypeName")
def job_type(this: Job | ChildJob) -> str:
    return "BackgroundJob" if isinstance(this, Job) else ""


def stream(name: str) -> Callable[[Job | ChildJob], GenericList]:
    kinds = {"output": "PSObject", "error": "ErrorRecord"}
    element = SMA + kinds.get(name, f"{name.capitalize()}Record")

    def read(this: Job | ChildJob) -> GenericList:
        return GenericList(this.results.of(name), element)

    return read


for _name in ("Output", "Error", "Progress", "Verbose", "Debug", "Warning"):
    JOB.property(_name)(stream(_name.lower()))


@JOB.method("StopJob")
def stop_job(this: Job | ChildJob) -> object:
    from winsim.interpreter.values import AUTOMATION_NULL

    parts: list[Job | ChildJob] = [*this.children] if this.children else [this]
    for one in parts:
        if isinstance(one, ChildJob):
            one.stop()
    return AUTOMATION_NULL


JOB_TYPES = (JOB, PARENT, CHILD, STATE_INFO, enumeration(SMA + "JobState", STATES))
