"""Several ways to a host: the first that opens is kept until the host restarts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from passivelab.errors import ConnectionGone, CredentialsRefused, Unreachable, Untrusted
from passivelab.transport import Connection, Output, Parameter, Statistics
from passivelab.transport.choice import FirstOf


class Way:
    """One way: what happens on each call, the last for ever."""

    batches = True

    def __init__(self, name: str, *happens: Exception | None, port: int = 5985) -> None:
        self.connection = Connection("arr01", name, port, name, "password")
        self.statistics = Statistics()
        self.happens = list(happens)
        self.calls = 0

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        self.calls += 1
        self.statistics.count(pipelines=1)
        error = self.happens.pop(0) if len(self.happens) > 1 else self.happens[0]
        if error is not None:
            raise error
        return Output((self.connection.user,))

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_the_first_that_opens_is_kept() -> None:
    domain, local = Way("domain", CredentialsRefused(host="arr01")), Way("local", None)
    session = FirstOf([domain, local])
    assert session.run("", {}, 1).values == ("local",)
    assert session.run("", {}, 1).values == ("local",)
    assert (domain.calls, local.calls) == (1, 2)
    assert session.connection.user == "local"
    assert session.statistics.pipelines == 3


def test_after_a_restart_all_are_tried_again() -> None:
    domain, local = Way("domain", CredentialsRefused(host="arr01"), None), Way("local", None)
    session = FirstOf([domain, local])
    session.run("", {}, 1)
    session.reset()
    assert session.run("", {}, 1).values == ("domain",)


def test_when_none_opens_the_reason_of_the_best_is_told() -> None:
    session = FirstOf([Way("a", Unreachable(host="arr01", reason="first")), Way("b", CredentialsRefused(host="arr01"))])
    with pytest.raises(Unreachable, match="first"):
        session.run("", {}, 1)


def test_a_connection_that_goes_away_is_no_reason_for_another_way() -> None:
    other = Way("b", None)
    with pytest.raises(ConnectionGone):
        FirstOf([Way("a", ConnectionGone(host="arr01")), other]).run("", {}, 1)
    assert other.calls == 0


def test_a_port_that_does_not_answer_is_knocked_at_once_and_left_out() -> None:
    knocked: list[int] = []

    def knock(where: Connection) -> bool:
        knocked.append(where.port)
        return where.port == 5985

    https, other, http = Way("a", None, port=5986), Way("b", None, port=5986), Way("c", None)
    assert FirstOf([https, other, http], knock).run("", {}, 1).values == ("c",)
    assert knocked == [5986, 5985]
    assert https.calls == other.calls == 0


def test_when_the_way_in_is_closed_another_one_is_looked_for() -> None:
    https, http = Way("https", None, Unreachable(host="arr01"), port=5986), Way("http", None)
    session = FirstOf([https, http], knock=lambda where: True)
    assert session.run("", {}, 1).values == ("https",)
    assert session.run("", {}, 1).values == ("http",)
    assert session.connection.port == 5985


def test_a_certificate_that_is_not_trusted_is_no_reason_to_go_without() -> None:
    http = Way("http", None)
    with pytest.raises(Untrusted):
        FirstOf([Way("https", Untrusted(host="arr01"), port=5986), http], knock=lambda where: True).run("", {}, 1)
    assert http.calls == 0
