"""Labs in this process: their scripts run in one thread with room for deep trees."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from campaigns.inprocess import deep_threads


@pytest.fixture(scope="session")
def deep() -> Iterator[Executor]:
    """Scripts are evaluated recursively."""
    with deep_threads(), ThreadPoolExecutor(1) as executor:
        executor.submit(int).result()  # the thread starts while threads get their room
        yield executor
