"""The journal survives every way of being cut off; the ledger is its fold."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.errors import Defect, Locked
from passivelab.state import Entry, Journal, Lock, fold
from passivelab.state.journal import read
from passivelab.state.ledger import unstructure

values = st.none() | st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.none(), max_size=3)


def entry(step: str, host: str = "arr01") -> Entry:
    return Entry(host, step, "role", "title", 3, {"dc01": 1}, "current", "remove")


def intent(step: str, before: Any, action: str = "create", title: str = "title") -> dict[str, Any]:
    made = {**unstructure(entry(step)), "title": title}
    return {"kind": "intent", "action": action, "host": "arr01", "step": step, "before": before, "entry": made}


def done(step: str, action: str = "create") -> dict[str, Any]:
    return {"kind": "done", "action": action, "host": "arr01", "step": step}


@settings(max_examples=40)
@given(st.lists(values, min_size=1, max_size=6), st.data())
def test_whatever_a_crash_leaves_is_a_prefix(tmp_path_factory: Any, records: list[Any], data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with Journal(path) as journal:
        for number, value in enumerate(records):
            journal.append({"number": number, "value": value}, durable=False)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    with Journal(path) as journal:
        kept = len(journal.records)
        assert [record["value"] for record in journal.records] == records[:kept]
        assert kept == whole[:cut].count(b"\n")
        journal.append({"number": -1, "value": "after the crash"}, durable=False)
    assert [record["value"] for record in read(path)] == [*records[:kept], "after the crash"]


def test_a_last_line_of_rubbish_is_dropped_and_damage_before_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"a":1}\n\0\0\0\0\n')
    assert read(path) == [{"a": 1}]
    path.write_bytes(b'{"a":1}\n{"b":\n{"c":3}\n')
    with pytest.raises(Defect, match="damaged at line 2"):
        Journal(path)


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:

        def write(number: int) -> None:
            for _ in range(50):
                journal.append({"number": number, "text": "x" * 500}, durable=False)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(read(tmp_path / "journal.jsonl")) == 200


def test_the_first_value_before_wins_over_retries_and_the_last_scripts_count() -> None:
    ledger = fold([intent("a/b", {"Port": 80}), intent("a/b", {"Port": 81}, title="later"), done("a/b")])
    kept = ledger.find("arr01", "a/b")
    assert kept is not None
    assert kept.before == {"Port": 80}
    assert kept.title == "later"
    assert kept.behind == {"dc01": 1}


def test_what_was_absent_before_stays_so() -> None:
    ledger = fold([intent("a/b", None), intent("a/b", {"Half": "made"}, "change")])
    assert ledger.entries[("arr01", "a/b")].before is None


def test_a_thing_is_owned_until_its_removal_is_done() -> None:
    records = [intent("a/b", None), done("a/b"), intent("a/b", {"x": 1}, "remove")]
    owned = fold(records).find("arr01", "a/b")
    assert owned is not None and owned.going
    again = fold([*records, intent("a/b", {"x": 1}, "change")]).find("arr01", "a/b")
    assert again is not None and not again.going
    assert fold([*records, done("a/b", "remove")]).find("arr01", "a/b") is None


def test_hosts_of_a_run_without_an_end_were_cut_off() -> None:
    records = [intent("a/b", None), done("a/b")]
    assert fold(records).cut_off == {"arr01"}
    assert fold([*records, {"kind": "end"}]).cut_off == frozenset()


def test_a_reboot_is_owed_until_it_has_happened() -> None:
    owed: dict[str, Any] = {"kind": "rebooting", "host": "arr01", "boot": "2013"}
    assert fold([owed]).reboots == {"arr01": "2013"}
    assert fold([owed, {"kind": "rebooted", "host": "arr01"}]).reboots == {}


_HOLDER = """
import sys, time
from pathlib import Path
from passivelab.state import Lock
with Lock(Path(sys.argv[1]), "simulated", "build-lab"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Locked) as caught, Lock(path, "simulated", "plan"):
            pass
        assert f"process {holder.pid}, build-lab since" in str(caught.value)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    with Lock(path, "simulated", "plan") as lock:
        owner = lock.owner()
        assert owner is not None
        assert owner.pid == os.getpid()
