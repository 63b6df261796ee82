"""A sample of campaigns/malformed_requests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.malformed_requests import run
from winsim.endpoint.psrp.fragments import BrokenFragment, Defragmenter, Fragmenter
from winsim.endpoint.sealing import SealBroken, seal_body, unseal_body
from winsim.endpoint.soap import format_duration, parse_duration


def test_damaged_requests_get_a_fault_or_a_closed_connection() -> None:
    result = run(250, seed=11)
    assert result.failures == []
    assert result.outcomes["fault"] > 100


class Reverse:
    """A sealer that only turns the data around."""

    def seal(self, data: bytes) -> tuple[bytes, bytes]:
        return b"signature", data[::-1]

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        if signature != b"signature":
            raise ValueError
        return sealed[::-1]


@settings(max_examples=60)
@given(st.binary(max_size=40_000), st.sampled_from(["SPNEGO", "CredSSP"]))
def test_sealed_bodies_come_back(data: bytes, protocol: str) -> None:
    content_type, body = seal_body(data, Reverse(), f"application/HTTP-{protocol}-session-encrypted")
    assert unseal_body(content_type, body, Reverse()) == data


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_other_body_is_refused(body: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal_body('multipart/encrypted;protocol="p";boundary="Encrypted Boundary"', body, Reverse())


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=100_000), max_size=4))
def test_messages_survive_fragmentation(messages: list[bytes]) -> None:
    fragmenter, defragmenter = Fragmenter(), Defragmenter(10**7)
    pieces = [piece for message in messages for piece in fragmenter.split(message)]
    assert [m for piece in pieces for m in defragmenter.feed(piece)] == messages
    assert all(len(piece) <= 32768 for piece in pieces)


@settings(max_examples=200)
@given(st.binary(max_size=100))
def test_any_bytes_are_fragments_or_refused(data: bytes) -> None:
    try:
        Defragmenter(1000).feed(data)
    except BrokenFragment:
        return


@given(st.floats(0, 10**6))
def test_durations_come_back(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, abs=0.001)
