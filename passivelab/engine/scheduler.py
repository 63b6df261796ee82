"""Runs the nodes of a graph: hosts in parallel, one node at a time on each host."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


class Scheduler(Generic[Node]):
    """Works through a graph. ``work`` gives whether the node succeeded; dependents of one that did not are skipped.

    ``nodes`` in their order of preference; ``before`` the nodes that must have succeeded first; ``lane`` what two nodes
    must not share at one time. An exception of ``work`` is a defect: it ends the run and is raised.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        before: Mapping[Node, Sequence[Node]],
        lane: Callable[[Node], str],
        work: Callable[[Node], bool],
        skip: Callable[[Node, Node], None],
        workers: int = 8,
    ) -> None:
        self._order = {node: number for number, node in enumerate(nodes)}
        self._before = {node: [other for other in before.get(node, ()) if other in self._order] for node in nodes}
        self._lane = lane
        self._work = work
        self._skip = skip
        self._workers = workers
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Start nothing more; what runs is finished."""
        self._stopped.set()

    def run(self) -> None:
        sorter = TopologicalSorter(self._before)
        sorter.prepare()
        ready: list[Node] = []
        bad: dict[Node, Node] = {}  # did not succeed -> the one that began it
        running: dict[Future[bool], Node] = {}
        with ThreadPoolExecutor(self._workers, "host") as pool:
            try:
                while True:
                    ready.extend(sorter.get_ready())
                    if self._skip_blocked(ready, bad, sorter):
                        continue
                    self._start(ready, running, pool)
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        node = running.pop(future)
                        if not future.result():
                            bad[node] = node
                        sorter.done(node)
            except BaseException:
                self.stop()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _skip_blocked(self, ready: list[Node], bad: dict[Node, Node], sorter: TopologicalSorter[Node]) -> bool:
        blocked = [node for node in ready if any(other in bad for other in self._before[node])]
        for node in blocked:
            ready.remove(node)
            origin = next(bad[other] for other in self._before[node] if other in bad)
            bad[node] = origin
            self._skip(node, origin)
            sorter.done(node)
        return bool(blocked)

    def _start(self, ready: list[Node], running: dict[Future[bool], Node], pool: ThreadPoolExecutor) -> None:
        if self._stopped.is_set():
            return
        busy = {self._lane(node) for node in running.values()}
        for node in sorted(ready, key=self._order.__getitem__):
            lane = self._lane(node)
            if lane not in busy:
                busy.add(lane)
                ready.remove(node)
                running[pool.submit(self._work, node)] = node
