"""Get-History: the pipelines that their client wanted to be kept."""

from __future__ import annotations

from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import cmdlet
from winsim.interpreter.history import HistoryInfo


@cmdlet("Get-History", built=("Id", "Count"), locks_world=False, by_value=("Id",))
def get_history(call: CommandCall) -> None:
    found = [HistoryInfo(number, entry) for number, entry in enumerate(call.session.history, 1)]
    given = call.get("Id") if call.has("Id") else None
    if given is not None:
        wanted = {int(str(number)) for number in items_of(given) or [given]}
        found = [info for info in found if int(info.id) in wanted]
    if call.has("Count"):
        found = found[-int(str(call.get("Count"))) :]
    call.write_all(list(found))
