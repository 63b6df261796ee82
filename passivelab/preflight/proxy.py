"""The reverse proxy: each rule matches one name and is reached, no farm leads back to the proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from passivelab.blueprint.model import StepInstance
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

ROLE = "reverse_proxy"
PASSIVE_PATHS = ("passiveauth/passiveauth.aspx", "passiveauth/federationmetadata/2007-06/federationmetadata.xml")
EVERYTHING = {"Wildcard": "*", "ECMAScript": "(.*)"}


@dataclass(frozen=True)
class Rule:
    """A global rewrite rule as its step wants it."""

    instance: StepInstance
    host: str  # the pattern for {HTTP_HOST}, empty where there is no such condition
    https: bool
    pattern: str
    wildcard: bool
    stops: bool

    def matches_path(self, path: str) -> bool:
        if self.wildcard:
            return fnmatchcase(path, self.pattern.lower())
        try:
            return re.search(self.pattern, path, re.IGNORECASE) is not None
        except re.error:
            return False

    def matches_host(self, host: str) -> bool:
        return not self.host or fnmatchcase(host.lower(), self.host.lower())

    def covers(self, other: Rule) -> bool:
        """Whether every request of the other rule is this one's, too."""
        everything = self.pattern in ("*", "(.*)", ".*", "")
        paths = everything or (self.pattern, self.wildcard) == (other.pattern, other.wildcard)
        return self.stops and self.matches_host(other.host or "*") and paths and (not self.https or other.https)


def rules(subject: Subject) -> list[Rule]:
    """The rules in their order on the proxy: a step of their own says it, or the order of their instances."""
    found = {}
    for instance in subject.instances(ROLE, "rule"):
        desired = instance.desired or {}
        found[instance.item or ""] = Rule(
            instance,
            str(desired.get("Host") or ""),
            bool(desired.get("Https")),
            str(desired.get("Pattern") or "*"),
            desired.get("Syntax") != "ECMAScript",
            bool(desired.get("StopProcessing", True)),
        )
    stated = [name for instance in subject.instances(ROLE, "order") for name in strings(instance.desired)]
    rank = {name: index for index, name in enumerate(stated)}
    return sorted(found.values(), key=lambda rule: rank.get(rule.instance.item or "", len(rank)))


def strings(desired: object) -> list[str]:
    """Every text in a value, in order."""
    if isinstance(desired, str):
        return [desired]
    parts = desired.values() if isinstance(desired, dict) else desired if isinstance(desired, list) else ()
    return [text for part in parts for text in strings(part)]


def rules_have_hosts(subject: Subject) -> Iterator[Finding]:
    """A rule without a host condition swallows requests for AD FS (failure table 11)."""
    for rule in rules(subject):
        if not rule.host or "*" in rule.host:
            name = rule.instance.item
            found = f"matches the hosts {rule.host!r}" if rule.host else "has no condition for {HTTP_HOST}"
            fix = "one exact name as the condition for {HTTP_HOST}"
            place = rule.instance.template
            yield Finding("rule-host", place, f"the rule {name} {found}", "BLOG, IIS ARR part 3; TN-RP", fix)


def rules_do_not_shadow(subject: Subject) -> Iterator[Finding]:
    ordered = rules(subject)
    for index, rule in enumerate(ordered):
        earlier = next((other for other in ordered[:index] if other.covers(rule)), None)
        if earlier is not None:
            reason = (
                f"the rule {rule.instance.item} is never reached: {earlier.instance.item} takes its requests before"
            )
            fix = "exact host conditions, the more special rule first"
            yield Finding("rule-shadowed", rule.instance.template, reason, "first match with stopProcessing wins", fix)


def rules_let_passive_sign_in_through(subject: Subject) -> Iterator[Finding]:
    """A list of allowed paths that forgets PassiveAuth kills exactly this feature (failure table 12)."""
    ordered = rules(subject)
    for pool in subject.lab.pools:
        own = [rule for rule in ordered if rule.host and rule.matches_host(pool.external_web_fqdn)]
        if not pool.passive or not own:
            continue
        for path in PASSIVE_PATHS:
            if not any(rule.matches_path(path) for rule in own):
                reason = f"no rule for {pool.external_web_fqdn} lets /{path} through"
                fix = "add PassiveAuth to the rule's paths, or match every path"
                yield Finding("rule-path", own[0].instance.template, reason, "masteringlync path list, inferred", fix)


def every_name_has_a_rule(subject: Subject) -> Iterator[Finding]:
    ordered = rules(subject)
    if not ordered:
        return
    office = subject.lab.names.office_web_apps
    for name, place in subject.public_names().items():
        if name == office and not subject.hosts_of("office_web_apps"):
            continue
        if not any(rule.matches_host(name) for rule in ordered):
            reason = f"the reverse proxy has no rule for {name}"
            yield Finding("name-unpublished", place, reason, "TN-RP", "a rule and a farm for this name")
    discovery = subject.lab.names.discovery
    if not any(rule.matches_host(discovery) and not rule.https for rule in ordered):
        reason = f"{discovery} is not published on HTTP, which mobile clients ask first"
        place, fix = subject.place("names.discovery"), "a second rule without the {HTTPS} condition"
        yield Finding("discovery-http", place, reason, "masteringlync, TN-AUTOD", fix, "warning")


def farms_do_not_loop(subject: Subject) -> Iterator[Finding]:
    """A farm whose server is a public name calls the proxy itself (failure table 45)."""
    public = set(subject.public_names())
    for instance in subject.instances(ROLE, "farm"):
        addresses = {text.lower() for text in strings((instance.desired or {}).get("Address"))}
        proxy = next((host for host in subject.lab.hosts if host.name == instance.key.host), None)
        own = {subject.lab.public_address, *([proxy.address, proxy.fqdn, proxy.name] if proxy else [])}
        for address in sorted(addresses & (public | own)):
            reason = f"the farm {instance.item} sends requests to {address}, which leads back to the proxy"
            fix = "the internal name of the server as the farm's address"
            yield Finding("farm-loop", instance.template, reason, "inferred from BLOG", fix)
