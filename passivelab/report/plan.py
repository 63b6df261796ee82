"""A plan for people: by host, property by property, with one line of counts at its end."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from passivelab.engine.plan import Change, Plan
from passivelab.errors import StepFailed, TransportError
from passivelab.report.words import ACTIONS, Signs, difference_lines


def plan_lines(plan: Plan, sign: Signs, width: int) -> Iterator[Text]:
    hosts = dict.fromkeys(change.key.host for change in plan.changes)
    for host in hosts:
        pending = [change for change in plan.changes if change.key.host == host and change.pending]
        if pending:
            yield Text(host, "bold")
            lost = next((change.error for change in pending if isinstance(change.error, TransportError)), None)
            if lost is not None:
                yield Text(f"  ! {lost.message()}", "red", overflow="fold")
            for change in pending:
                if not isinstance(change.error, TransportError):
                    yield from _change_lines(change, plan, sign, width)
            yield Text()
    yield count_line(plan)


def count_line(plan: Plan) -> Text:
    owned = sum(change.owned for change in plan.changes)
    counts = [
        f"{plan.count('create')} to create",
        f"{plan.count('change')} to change",
        f"{plan.count('remove')} to remove",
    ]
    counts += [f"{plan.count('wait')} to wait for"] if plan.count("wait") else []
    counts += [f"{plan.count('unknown')} known later"] if plan.count("unknown") else []
    counts += [f"{plan.count('failed')} could not be read"] if plan.count("failed") else []
    counts.append(f"{plan.count('unchanged')} unchanged")
    line = Text("Plan: ", "bold")
    line.append(", ".join(counts) + ".", "not bold")
    if owned and not plan.prune:
        line.append(f" Only --prune removes what is no longer wanted ({owned}).", "not bold yellow")
    return line


def _change_lines(change: Change, plan: Plan, sign: Signs, width: int) -> Iterator[Text]:
    mark, style = ACTIONS[change.action]
    line = Text("  ", no_wrap=True, overflow="ellipsis")
    line.append(f"{mark} {change.key.step}", style)
    line.append(f"  {change.title}", "dim")
    if change.reboot:
        line.append("  (restarts the host)", "magenta")
    if change.owned and not plan.prune:
        line.append("  (no longer wanted)", "dim")
    yield line
    if change.error is not None:
        yield Text(f"      {_why(change.error)}", "red", overflow="fold")
    if change.known_after is not None:
        yield Text(f"      known after {change.known_after}", "cyan")
    if change.owned and change.before is not None:
        yield Text("      what was there before comes back:", "dim")
    if change.action == "remove" and not change.owned:
        yield Text("      must not exist", "dim")
    elif not (change.owned and change.before is None):
        yield from difference_lines(change.differences, sign, width)


def _why(error: Exception) -> str:
    """Why an instance could not be read; its host and name stand in the line above."""
    if isinstance(error, StepFailed):
        return f"{error.reason} [{error.error_id}]" if error.error_id else error.reason
    return str(error)
