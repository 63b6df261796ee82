"""Work spread over forked processes, which have everything that was built before without a copy."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from campaigns.inprocess import in_deep_thread

T = TypeVar("T")
R = TypeVar("R")

_WORK: list[Callable[[Any], Any]] = []  # inherited by the processes that do it


def in_processes(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[R]:
    """The results as they come; scripts have room for their depth."""
    if jobs == 1:
        for item in items:
            yield in_deep_thread(lambda: work(item))  # noqa: B023  # done before the next
        return
    _WORK.append(work)
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(_do, items, chunksize=1)


def _do(item: Any) -> Any:
    work = _WORK[-1]
    return in_deep_thread(lambda: work(item))
