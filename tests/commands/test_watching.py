"""A simulated lab that ends in the middle of a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from passivelab.commands.simulated import STARTED, is_served, machines_folder, machines_log
from passivelab.commands.watching import Watched
from passivelab.errors import Exit, SimulatedLabGone, Unreachable
from passivelab.transport import Connection, Output, Parameter, Statistics
from winsim.server import exclusive


class Silent:
    """A session with a host that does not answer."""

    connection = Connection("arr01", "127.1.2.3", 5985, "Administrator", "x")
    statistics = Statistics()
    batches = True

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        raise Unreachable(host="arr01", reason="connection refused")

    def reset(self) -> None: ...

    def close(self) -> None: ...


def test_the_error_names_the_log_and_the_command_that_goes_on(lab: Path) -> None:
    session = Watched(Silent(), lab)
    with exclusive(machines_folder(lab)):
        assert is_served(lab)
        with pytest.raises(Unreachable, match="connection refused"):
            session.run("1", {}, 1)  # a host that restarts
    machines_log(lab).write_text(f"an older line\n2013-10-17 08:00:00 {STARTED}\nMemoryError\n")
    with pytest.raises(SimulatedLabGone, match="the simulated lab has ended") as gone:
        session.run("1", {}, 1)
    assert gone.value.exit_code == Exit.UNREACHABLE
    assert gone.value.found == "MemoryError"
    assert gone.value.hint is not None and f"invoke build-lab --lab {lab}" in gone.value.hint
    assert gone.value.record == machines_log(lab)


def test_what_an_earlier_one_said_is_not_told(lab: Path) -> None:
    machines_folder(lab).mkdir(parents=True)
    machines_log(lab).write_text(f"MemoryError\n2013-10-17 08:00:00 {STARTED}\n")
    with pytest.raises(SimulatedLabGone) as gone:
        Watched(Silent(), lab).run("1", {}, 1)
    assert gone.value.found is None
