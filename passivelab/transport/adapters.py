"""What both libraries' HTTP adapters do in addition: count requests, and know whose certificate to expect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from passivelab.transport.session import Connection, Statistics


def prepare(session: Any, connection: Connection, statistics: Statistics) -> None:
    """Every adapter of a requests session. On the adapters themselves: the authentication sends through them, too."""
    for adapter in session.adapters.values():
        setattr(adapter, "send", _counted(adapter.send, statistics))  # noqa: B010
        if connection.tls and connection.verify and connection.server_name:
            # We dial an address; the certificate has the name that the host has in the lab.
            name = connection.server_name
            adapter.poolmanager.connection_pool_kw.update(assert_hostname=name, server_hostname=name)


def _counted(send: Callable[..., Any], statistics: Statistics) -> Callable[..., Any]:
    def counting(*arguments: Any, **options: Any) -> Any:
        statistics.count(requests=1)
        return send(*arguments, **options)

    return counting
