"""The claim rules of AD FS at work: which claims a rule set issues for those of a caller."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from winsim.interpreter.command import NotBuilt
from winsim.world.adfs.rules import Condition, Rule, parse

PERMIT = "http://schemas.microsoft.com/authorization/claims/permit"
DENY = "http://schemas.microsoft.com/authorization/claims/deny"
PRIMARY_SID = "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid"
AUTHORITY = "AD AUTHORITY"

_OPERAND = re.compile(r'"(?P<text>[^"]*)"|(?P<claim>\w+)\.(?P<property>\w+)')


@dataclass(frozen=True)
class Claim:
    type: str
    value: str
    issuer: str = AUTHORITY

    def of(self, name: str) -> str:
        match name.lower():
            case "type":
                return self.type
            case "value":
                return self.value
            case "issuer" | "originalissuer":
                return self.issuer
        raise NotBuilt(f"the claim property {name} in a claim rule")


def issued(rules: str, incoming: Iterable[Claim]) -> list[Claim]:
    """What a rule set puts out; rules see the claims that those before them issued or added."""
    known = list(incoming)
    result: list[Claim] = []
    for rule in parse(rules):
        for named in list(_matches(rule, known)):
            claim = _made(rule, named)
            if claim not in known:
                known.append(claim)
            if rule.action == "issue" and claim not in result:
                result.append(claim)
    return result


def permits(rules: str, incoming: Iterable[Claim]) -> bool:
    """An authorization rule set lets a caller in when it issues a permit claim and no deny claim."""
    types = {claim.type for claim in issued(rules, incoming)}
    return PERMIT in types and DENY not in types


def _matches(rule: Rule, known: list[Claim]) -> Iterator[dict[str, Claim]]:
    """Each way in which claims fulfil the conditions, by the names that the conditions give them."""
    choices: list[list[tuple[str, Claim | None]]] = []
    for condition in rule.conditions:
        fitting = [claim for claim in known if _fits(condition, claim)]
        if condition.kind == "not exists":
            choices.append([] if fitting else [("", None)])
        elif condition.kind == "exists":
            choices.append([("", None)] if fitting else [])
        else:
            choices.append([(condition.name, claim) for claim in fitting])
    for chosen in product(*choices):
        yield {name: claim for name, claim in chosen if name and claim is not None}


def _fits(condition: Condition, claim: Claim) -> bool:
    for test in condition.tests:
        value = claim.of(test.property)
        found = re.search(test.value, value) is not None if "~" in test.operator else value == test.value
        if found is test.operator.startswith("!"):
            return False
    return True


def _made(rule: Rule, named: dict[str, Claim]) -> Claim:
    parts = {name.lower(): text for name, _, text in rule.assignments}
    if set(parts) == {"claim"}:
        return _claim(named, parts["claim"])
    others = set(parts) - {"type", "value", "issuer", "originalissuer", "valuetype"}
    if "type" not in parts or "value" not in parts or others:
        raise NotBuilt(f"a claim rule that issues {', '.join(sorted(parts))}")
    return Claim(_text(named, parts["type"]), _text(named, parts["value"]))


def _claim(named: dict[str, Claim], name: str) -> Claim:
    if name not in named:
        raise NotBuilt(f"the claim rule variable {name}, which no condition names")
    return named[name]


def _text(named: dict[str, Claim], expression: str) -> str:
    result = ""
    for part in expression.split(" + "):
        found = _OPERAND.fullmatch(part)
        if found is None:
            raise NotBuilt(f"the claim rule expression {expression}")
        result += found["text"] if found["claim"] is None else _claim(named, found["claim"]).of(found["property"])
    return result
