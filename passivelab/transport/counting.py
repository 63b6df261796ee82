"""Counting HTTP requests, those of the authentication among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from passivelab.transport.session import Statistics


def counted(send: Callable[..., Any], statistics: Statistics) -> Callable[..., Any]:
    """An adapter's ``send`` that counts: the authentication, too, sends through the adapter."""

    def counting(*arguments: Any, **options: Any) -> Any:
        statistics.count(requests=1)
        return send(*arguments, **options)

    return counting
