"""Regular expressions that would never end are cut off, and scripts cannot catch that."""

from __future__ import annotations

import pytest

from winsim.interpreter import patterns
from winsim.interpreter.errors import LimitExceeded


@pytest.mark.parametrize("method", ["search", "match"])
def test_a_search_that_backtracks_without_end_is_cut_off(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    with pytest.raises(LimitExceeded, match="regular expression"):
        getattr(patterns.Pattern(r"^(a|aa)+$"), method)("a" * 80 + "!")


def test_replacing_and_finding_all_are_cut_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    pattern = patterns.Pattern(r"^(a|aa)+$")
    with pytest.raises(LimitExceeded):
        pattern.sub("", "a" * 80 + "!")
    with pytest.raises(LimitExceeded):
        list(pattern.finditer("a" * 80 + "!"))
