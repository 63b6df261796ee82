"""The order in which a graph is worked through."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.engine.scheduler import Scheduler


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[int, list[int]], set[int]]:
    """Nodes with those before them (always smaller ones), and the nodes that fail."""
    count = draw(st.integers(1, 14))
    before: dict[int, list[int]] = {0: []}
    for node in range(1, count):
        before[node] = draw(st.lists(st.integers(0, node - 1), unique=True, max_size=3))
    return before, draw(st.sets(st.integers(0, count - 1), max_size=2))


@settings(max_examples=40)
@given(graphs(), st.integers(1, 4))
def test_every_node_runs_after_what_it_needs_and_alone_in_its_lane(
    graph: tuple[dict[int, list[int]], set[int]], lanes: int
) -> None:
    before, failing = graph
    lock = threading.Lock()
    finished: list[int] = []
    skipped: dict[int, int] = {}
    busy: set[str] = set()

    def work(node: int) -> bool:
        with lock:
            assert set(before[node]) <= set(finished)
            assert lane(node) not in busy
            busy.add(lane(node))
        time.sleep(0.0002)
        with lock:
            busy.remove(lane(node))
            if node not in failing:
                finished.append(node)
        return node not in failing

    def lane(node: int) -> str:
        return str(node % lanes)

    Scheduler(list(before), before, lane, work, skipped.__setitem__).run()
    blocked: set[int] = set()
    for node, others in before.items():
        if any(other in failing | blocked for other in others):
            blocked.add(node)
    assert set(skipped) == blocked
    assert set(skipped.values()) <= failing
    assert set(finished) == set(before) - failing - blocked


def test_hosts_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)

    def work(node: str) -> bool:
        both.wait()
        return True

    Scheduler(["a", "b"], {}, str, work, lambda node, origin: None).run()


def test_a_defect_ends_the_run() -> None:
    def work(node: int) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Scheduler([1, 2], {2: [1]}, str, work, lambda node, origin: None).run()
