"""A stop request takes effect within a second, whatever a script is doing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypsrp.complex_objects import PSInvocationState
from pypsrp.powershell import PowerShell, RunspacePool

from tests.endpoint.test_pypsrp import run
from tests.endpoint.test_server import IN_TIME, connect, serving
from winsim.interpreter.regexes import compile_pattern

ENDLESS = {
    "loop": "while ($true) { }",
    "errors": "while ($true) { try { throw 1 } catch { } }",
    "recursion": "function f($n) { if ($n) { (f ($n - 1)) + (f ($n - 1)) } }; f 60",
    "sleep": "Start-Sleep -Seconds 1000000",
    "thread": "[Threading.Thread]::Sleep(1000000000)",
    "regex": "[regex]::Matches(('a' * 40 + 'b'), '^(a|aa)+$')",
    "replace": "('a' * 40 + 'b') -replace '^(a|aa)+$', 'x'",
    "sort": "1..200000 | Sort-Object { - $_ } | Out-Null; while ($true) { }",
    "sort with comparison": "1..200000 | Sort-Object { Start-Sleep -Milliseconds 50; - $_ }",
    "text": "$s = ''; while ($true) { $s = ($s + 'x' * 100000).Substring(1000) }",
    "join": "$a = 1..200000; while ($true) { $t = $a -join ',' }",
    "pipeline": "while ($true) { 1..100000 | Out-Null }",
    "comparison": "Compare-Object (1..20000) (20001..40000)",
    "format": "while ($true) { Get-ChildItem C:\\ | Out-String }",
    "job": "Start-Job { while ($true) { } } | Wait-Job",
}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder: Path = tmp_path_factory.mktemp("stopping")
    with serving(folder) as (_, document):
        yield document


@pytest.mark.parametrize("name", ENDLESS)
def test_a_stop_request_ends_it(document: dict[str, Any], name: str) -> None:
    with connect(document) as connection, RunspacePool(connection) as pool:
        pipeline = PowerShell(pool).add_script(ENDLESS[name])
        pipeline.begin_invoke()
        time.sleep(0.3)
        started = time.monotonic()
        pipeline.stop()
        assert pipeline.state == PSInvocationState.STOPPED
        assert time.monotonic() - started < IN_TIME
        assert run(pool, "'whole'").output == ["whole"]


def test_a_finally_block_runs_to_its_end(document: dict[str, Any]) -> None:
    script = "try { while ($true) { } } finally { Start-Sleep -Seconds 30; $global:ended = 'yes' }"
    with connect(document) as connection, RunspacePool(connection) as pool:
        pipeline = PowerShell(pool).add_script(script)
        pipeline.begin_invoke()
        time.sleep(0.3)
        pipeline.stop()
        assert run(pool, "$ended").output == ["yes"]


def test_a_long_search_lets_other_threads_run() -> None:
    search = threading.Thread(target=lambda: compile_pattern("^(a|aa)+$").search("a" * 30 + "b"))
    search.start()
    turns = 0
    while search.is_alive() and turns < 50:
        time.sleep(0.001)
        turns += 1
    search.join()
    assert turns > 10


def test_matches_go_on_as_net_finds_them() -> None:
    def all_of(pattern: str, text: str) -> list[tuple[int, int]]:
        return [found.span() for found in compile_pattern(pattern).finditer(text)]

    assert all_of("b*", "abc") == [(0, 0), (1, 2), (2, 2), (3, 3)]
    assert all_of("|a", "a") == [(0, 0), (1, 1)]
    assert all_of("(?<=a)b", "abab") == [(1, 2), (3, 4)]
    assert all_of("^a", "aa") == [(0, 1)]
    assert compile_pattern("b*").sub(lambda found: "-", "abc") == "-a--c-"
    assert compile_pattern("a").sub(lambda found: "x", "aaa", 2) == "xxa"
