"""Desired against current, by meaning."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passivelab.blueprint.model import Comparison, Key, Rule, Unknown
from passivelab.compare import ABSENT, Difference, differences, same
from passivelab.compare.rules import FORMS

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
plain = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
)
states = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), plain, max_size=4)


def comparison(rule: Rule, members: Literal["exclusive", "managed"] = "exclusive") -> Comparison:
    return Comparison(rule, members)


@settings(max_examples=60)
@given(states, st.sampled_from(sorted(FORMS)))
def test_a_state_never_differs_from_itself(state: dict[str, object], rule: Rule) -> None:
    assert differences(state, state, {name: comparison(rule) for name in state}) == ()


@settings(max_examples=60)
@given(states, st.data())
def test_a_changed_property_is_the_only_difference(state: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(state))) if state else "a"
    found = differences({**state, name: "other than before"}, state)
    assert [difference.path for difference in found] == [name]


@settings(max_examples=60)
@given(st.lists(scalars, max_size=5), st.randoms(use_true_random=False))
def test_a_set_has_no_order_and_no_duplicates(members: list[object], random: object) -> None:
    shuffled = list(members) + members[:1]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert same(members, shuffled, comparison("set"))


@settings(max_examples=60)
@given(st.lists(st.text("ab", max_size=2), max_size=4), st.lists(st.text("xy", min_size=1, max_size=2), max_size=4))
def test_managed_lists_ignore_members_that_are_not_ours(ours: list[str], others: list[str]) -> None:
    assert same(ours, others + ours, comparison("set", "managed"))
    assert same(ours, others + ours, comparison("ordered", "managed"))
    assert same(ours, ours + others, comparison("set")) == (not others)


@pytest.mark.parametrize(
    ("rule", "left", "right", "equal"),
    [
        ("exact", "a", "A", False),
        ("exact", 1, True, False),
        ("exact", "1", 1, False),
        ("exact", ["a"], "a", True),
        ("exact", [], None, True),
        ("exact", "a", ["a"], False),
        ("exact", None, "", False),
        ("ignore_case", "Web", "wEB", True),
        ("ignore_case", ["A", "b"], ["a", "B"], True),
        ("set", ["a", "b"], ["b", "a"], True),
        ("set", ["a", "b"], ["b"], False),
        ("ordered", ["a", "b"], ["b", "a"], False),
        ("uri", "https://STS.contoso.com", "https://sts.contoso.com:443/", True),
        ("uri", "https://sts.contoso.com/adfs", "https://sts.contoso.com/Adfs", False),
        ("uri", "http://sts.contoso.com/", "https://sts.contoso.com/", False),
        ("uri", "urn:a", "urn:a", True),
        ("uri", "https://[", "https://[", True),
        ("claim_rules", '=> issue(Type = "a b");', '  =>issue( Type="a b" ) ;\r\n', True),
        ("claim_rules", '=> issue(Type = "a b");', '=> issue(Type = "a  b");', False),
        ("fqdn", "SE01.corp.contoso.com.", "se01.corp.contoso.com", True),
        ("thumbprint", "\u200eab cd 12", "ABCD12", True),
        ("path", "C:/Inetpub\\wwwroot\\", "c:\\inetpub\\WWWroot", True),
        ("path", "\\\\dc01\\share", "\\\\DC01\\share\\", True),
        ("timespan", "00:16:00", "0.00:16", True),
        ("timespan", "1.00:00:00", "1", True),
        ("timespan", "00:16:00", "00:16:01", False),
    ],
)
def test_values_are_compared_by_meaning(rule: Rule, left: object, right: object, equal: bool) -> None:
    assert same(left, right, comparison(rule)) is equal


def test_a_value_that_another_step_will_give_equals_nothing() -> None:
    unknown = Unknown(Key("arr01", "certificates/public"), "Thumbprint")
    assert differences({"Thumbprint": unknown}, {"Thumbprint": unknown}) == (
        Difference("Thumbprint", unknown, unknown),
    )
    assert not same([unknown], [unknown])
    assert not same({"a": unknown}, {"a": unknown})


def test_an_absent_thing_differs_in_every_wanted_property() -> None:
    assert differences({"Name": "a", "Port": 1}, None) == (
        Difference("Name", "a", ABSENT),
        Difference("Port", 1, ABSENT),
    )
    assert differences({}, None) == (Difference("", {}, ABSENT),)


def test_a_thing_that_must_not_exist_differs_as_a_whole() -> None:
    assert differences(None, {"Name": "a"}) == (Difference("", ABSENT, {"Name": "a"}),)
    assert differences(None, None) == ()


def test_names_carry_no_case_and_unwanted_properties_do_not_count() -> None:
    assert differences({"HostName": "a"}, {"hostname": "a", "More": 1}) == ()


def test_maps_are_compared_member_by_member() -> None:
    wanted: dict[str, object] = {"Farm": {"Port": 8080, "Name": "a"}}
    got: dict[str, object] = {"Farm": {"port": 80, "Name": "a", "Extra": True}}
    assert differences(wanted, got) == (
        Difference("Farm.Port", 8080, 80),
        Difference("Farm.Extra", ABSENT, True),
    )
    assert differences(wanted, got, {"Farm": comparison("exact", "managed")}) == (Difference("Farm.Port", 8080, 80),)
