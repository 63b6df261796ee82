"""Background jobs: Start-Job, Get-Job, Wait-Job, Receive-Job, Stop-Job and Remove-Job."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable

from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import ErrorRecord, InvocationInfo, PipelineStopped
from winsim.interpreter.hosting import RemoteCommand
from winsim.interpreter.jobs import FINISHED, ChildJob, Job, carried, jobs_of
from winsim.interpreter.providers import locations
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.texts import to_text
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

ARGUMENT = "System.Management.Automation.PSArgumentException"
SELECTORS = ("Id", "Name", "InstanceId", "Job", "State", "Command", "Filter")
POLL = 0.01  # seconds between two looks at a stop request


@cmdlet(
    "Start-Job",
    built=("ScriptBlock", "FilePath", "LiteralPath", "Name", "InitializationScript", "InputObject", "ArgumentList"),
    locks_world=False,
    by_value=("InputObject",),
    by_name=("Name",),
    nullable=("ArgumentList",),
)
class StartJob:
    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        if call.has("InputObject"):
            self.values.append(carried(call.get("InputObject")))

    def end(self, call: CommandCall) -> None:
        from winsim.cmdlets.core import visible_variables
        from winsim.interpreter.session import Session

        text, command = self.script(call)
        job = jobs_of(call.session).create(call.text("Name"), command)
        session = Session(call.session.world, call.session.host, call.session.identity)
        session.limits = call.session.limits
        weakref.finalize(call.session, session.stop)  # jobs end with the runspace that started them
        session.state["using"] = {
            name: carried(value) for name, value in visible_variables(call).items() if f"$using:{name}" in text.lower()
        }
        arguments = items_of(call.get("ArgumentList")) or []
        commands = [RemoteCommand(text, True, tuple((None, carried(value)) for value in arguments))]
        first = call.get("InitializationScript")
        if isinstance(first, ScriptBlock):
            commands.insert(0, RemoteCommand(str(first), True))
        job.child.start(session, commands, self.values if call.expecting_input or self.values else None)
        call.write(job)

    @staticmethod
    def script(call: CommandCall) -> tuple[str, str]:
        """What runs, and what the job shows as its command."""
        block = call.get("ScriptBlock")
        if isinstance(block, ScriptBlock):
            return str(block), str(block)
        path = call.text("LiteralPath") or call.text("FilePath")
        if not path:
            raise NotBuilt("Start-Job without a script block or a file")
        reader = call.session.state.get("read_text")
        text = reader(locations(call.session).place(path).path) if reader is not None else None
        if not isinstance(text, str):
            message = f"Cannot find path '{path}' because it does not exist."
            kind = "System.Management.Automation.ItemNotFoundException"
            raise CommandError("PathNotFound", message, "ObjectNotFound", path, kind)
        return text, text


def honest(job: Job) -> Job:
    """What the lab itself could not do in a job must not pass as an error of the job."""
    failure = job.child.failure
    if failure is not None and failure.id.startswith("Lab"):
        raise NotBuilt(f"what a background job asked for: {failure.message}")
    return job


def selected(call: CommandCall) -> list[Job]:
    """The jobs that the parameters name; those that are not there are errors."""
    jobs = jobs_of(call.session).jobs
    given = call.get("Job")
    if call.has("Job"):
        return [job for job in items_of(given) or [given] if isinstance(job, Job)]
    found: list[Job] = []
    for number in items_of(call.get("Id")) or []:
        found += looked_up(call, lambda job, n=number: job.id == n, number, BY_ID)  # type: ignore[misc]
    for instance in items_of(call.get("InstanceId")) or []:
        wanted = to_text(instance)
        found += looked_up(call, lambda job, w=wanted: str(job.instance_id) == w, instance, BY_INSTANCE)  # type: ignore[misc]
    for name in call.texts("Name"):
        test: Callable[[Job], bool] = lambda job, n=name: wildcard_match(n, job.name)  # type: ignore[misc]  # noqa: E731
        found += looked_up(call, test, name, BY_NAME, quiet=has_wildcard(name))
    if call.has("State"):
        found += [job for job in jobs if job.state_name.lower() == call.text("State").lower()]
    for command in call.texts("Command"):
        found += [job for job in jobs if wildcard_match(command, job.command.strip())]
    table = call.get("Filter")
    if isinstance(table, Dictionary):
        found += [job for job in jobs if fits(job, table)]
    if not any(call.has(name) for name in SELECTORS):
        return list(jobs)
    return found


def fits(job: Job, table: Dictionary) -> bool:
    values = {"id": job.id, "name": job.name, "state": job.state_name, "command": job.command}
    for key, wanted in table.items():
        if to_text(key).lower() not in values:
            raise NotBuilt(f"-Filter of jobs by {to_text(key)}")
        if to_text(values[to_text(key).lower()]).lower() != to_text(wanted).lower():
            return False
    return True


BY_ID = (
    "JobWithSpecifiedSessionNotFound",
    "The command cannot find a job with the job ID {0}. Verify the value of the Id parameter and then try the command "
    "again.",
)
BY_NAME = (
    "JobWithSpecifiedNameNotFound",
    "The command cannot find the job because the job name {0} was not found. Verify the value of the Name parameter, "
    "and then try the command again.",
)
BY_INSTANCE = (
    "JobWithSpecifiedInstanceIdNotFound",
    "The command cannot find a job with the instance identifier {0}. Verify the value of the InstanceId parameter, and "
    "then try the command again.",
)


def looked_up(
    call: CommandCall, test: Callable[[Job], bool], target: object, error: tuple[str, str], *, quiet: bool = False
) -> list[Job]:
    found = [job for job in jobs_of(call.session).jobs if test(job)]
    if not found and not quiet:
        message = error[1].format(to_text(target))
        call.write_error(CommandError(error[0], message, "ObjectNotFound", target, ARGUMENT))
    return found


@cmdlet(
    "Get-Job",
    built=("Id", "Name", "InstanceId", "State", "Command", "Filter", "IncludeChildJob", "HasMoreData", "Newest"),
    locks_world=False,
    by_name=("Id", "Name", "InstanceId", "State", "Command"),
)
def get_job(call: CommandCall) -> None:
    found = sorted(dict.fromkeys(selected(call)), key=lambda job: job.id)
    if call.has("HasMoreData"):
        found = [job for job in found if job.has_more_data == to_bool(call.get("HasMoreData"))]
    if call.has("Newest"):
        found = found[::-1][: int(call.text("Newest"))]
    for job in found:
        call.write(honest(job))
        if call.switch("IncludeChildJob"):
            call.write(job.child)


def wait_for(call: CommandCall, jobs: list[Job], *, limit: float | None = None, any_one: bool = False) -> None:
    """Until all jobs (or one) have ended, or the time is over; a stop request ends it."""
    deadline = None if limit is None else time.monotonic() + limit
    while True:
        ended = [job for job in jobs if job.child.done.is_set()]
        if len(ended) == len(jobs) or (any_one and ended):
            return
        if deadline is not None and time.monotonic() >= deadline:
            return
        if call.session.stopping.wait(POLL):
            raise PipelineStopped
        call.session.check()


@cmdlet(
    "Wait-Job",
    built=("Id", "Name", "InstanceId", "Job", "State", "Filter", "Any", "Timeout"),
    idle=("Force",),  # jobs are not suspended here
    locks_world=False,
    by_value=("Job",),
    by_name=("Id", "Name", "InstanceId", "State"),
)
class WaitJob:
    def begin(self, call: CommandCall) -> None:
        self.jobs: list[Job] = []

    def process(self, call: CommandCall) -> None:
        self.jobs += [job for job in selected(call) if job not in self.jobs]

    def end(self, call: CommandCall) -> None:
        limit = float(call.text("Timeout")) if call.has("Timeout") else -1.0
        clock = call.session.world.clock
        wait_for(call, self.jobs, limit=clock.wall_seconds(limit) if limit >= 0 else None, any_one=call.switch("Any"))
        ended = sorted((job for job in self.jobs if job.child.done.is_set()), key=lambda job: job.child.finished_at)
        for job in ended[:1] if call.switch("Any") else ended:
            call.write(honest(job))


@cmdlet(
    "Receive-Job",
    built=("Id", "Name", "InstanceId", "Job", "Keep", "NoRecurse", "Wait", "AutoRemoveJob",
           "WriteJobInResults"),
    idle=("Force",),  # jobs are not suspended here
    locks_world=False,
    by_value=("Job",),
    by_name=("Id", "Name", "InstanceId"),
)  # fmt: skip
class ReceiveJob:
    def begin(self, call: CommandCall) -> None:
        if call.switch("AutoRemoveJob") and not call.switch("Wait"):
            message = "The AutoRemoveJob parameter cannot be used without the Wait parameter."
            kind = "System.Management.Automation.PSInvalidOperationException"
            raise CommandError("InvalidOperation", message, "InvalidOperation", None, kind)

    def process(self, call: CommandCall) -> None:
        given = call.get("Job")
        children = [one for one in items_of(given) or [given] if isinstance(one, ChildJob)] if call.has("Job") else []
        for child in children:
            self.receive(call, child)
        for job in selected(call):
            if call.switch("WriteJobInResults"):
                call.write(job)
            if call.switch("Wait"):
                wait_for(call, [job])
            honest(job)
            if not call.switch("NoRecurse"):
                self.receive(call, job.child)
            if call.switch("AutoRemoveJob") and job in jobs_of(call.session).jobs:
                jobs_of(call.session).jobs.remove(job)

    @staticmethod
    def receive(call: CommandCall, child: ChildJob) -> None:
        ended = child.done.is_set()  # asked first: what comes later is for the next call
        for stream, value in child.results.taken(call.switch("Keep")):
            if stream == "output":
                call.write(value)
            elif isinstance(value, ErrorRecord):
                report(call, value)
            elif isinstance(value, InformationalRecord):
                note = {"warning": call.warning, "verbose": call.verbose, "debug": call.debug}[stream]
                note(value.message)
        if ended and child.failure is not None:
            report(call, child.failure)


def report(call: CommandCall, record: ErrorRecord) -> None:
    record.invocation = record.invocation or InvocationInfo(None)
    call.write_record(record)


@cmdlet(
    "Stop-Job",
    built=("Id", "Name", "InstanceId", "Job", "State", "Filter", "PassThru"),
    locks_world=False,
    by_value=("Job",),
    by_name=("Id", "Name", "InstanceId", "State"),
)
def stop_job(call: CommandCall) -> None:
    for job in selected(call):
        if not call.should_process(job_target(job)):
            continue
        if job.state_name not in FINISHED:
            job.child.stop()
        if call.switch("PassThru"):
            call.write(job)


def job_target(job: Job) -> str:
    return f"Job {job.id} (name: {job.name})"


@cmdlet(
    "Remove-Job",
    built=("Id", "Name", "InstanceId", "Job", "State", "Command", "Filter", "Force"),
    locks_world=False,
    by_value=("Job",),
    by_name=("Id", "Name", "InstanceId", "State", "Command"),
)
def remove_job(call: CommandCall) -> None:
    for job in selected(call):
        if not call.should_process(job_target(job)):
            continue
        if job.state_name not in FINISHED:
            if not call.switch("Force"):
                message = (
                    f"The command cannot remove the job with the job ID {job.id} and the name {job.name} because the "
                    "job is not finished. To remove the job, first stop the job, or use the Force parameter."
                )
                id = "JobObjectNotFinishedCannotBeRemoved"
                call.write_error(CommandError(id, message, "InvalidOperation", job, "System.ArgumentException"))
                continue
            job.child.stop()
        jobs = jobs_of(call.session).jobs
        if job in jobs:
            jobs.remove(job)
