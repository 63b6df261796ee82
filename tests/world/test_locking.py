"""The lock of the world can be laid down while its holder waits."""

from __future__ import annotations

import threading

from winsim.world.locking import WorldLock


def _free(lock: WorldLock) -> bool:
    """Whether another thread gets the lock at once."""
    taken = threading.Event()

    def take() -> None:
        with lock:
            taken.set()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    return taken.wait(0.2)


def test_who_waits_keeps_nobody_out() -> None:
    lock = WorldLock()
    with lock, lock:
        assert not _free(lock)
        with lock.laid_down():
            assert _free(lock)
        assert not _free(lock)
    assert _free(lock)


def test_laying_down_what_one_does_not_hold_changes_nothing() -> None:
    lock = WorldLock()
    with lock.laid_down():
        assert _free(lock)
    assert _free(lock)
