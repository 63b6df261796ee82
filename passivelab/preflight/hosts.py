"""Hosts: a step that reaches another machine needs a transport that can."""

from __future__ import annotations

from collections.abc import Iterator

from passivelab.lab.model import Host
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

SOURCE = "a network logon has no second hop (failure table 36, 37)"


def delegated_steps_have_a_way(subject: Subject) -> Iterator[Finding]:
    delegated: dict[str, list[str]] = {}
    for instance in subject.compilation.blueprint.instances:
        if instance.identity == "delegated":
            delegated.setdefault(instance.key.host, []).append(instance.key.step)
    for host in subject.lab.hosts:
        if host.name in delegated:
            yield from second_hop(subject, host, ", ".join(delegated[host.name][:3]))


def second_hop(subject: Subject, host: Host, steps: str) -> Iterator[Finding]:
    connection, place = host.connection, subject.connection_place(host, "delegation")
    if connection.credssp or connection.authentication == "credssp":
        return
    if connection.transport == "winrm":
        reason = f"on {host.name} {steps} reach another machine: over WinRS their credentials are handed to the host"
        fix = "CredSSP must be on there; with the transport psrp a session configuration does without it"
        yield Finding("delegation-by-credssp", place, reason, SOURCE, fix, "warning")
    elif connection.session_configuration is None:
        reason = f"on {host.name} {steps} reach another machine, and the connection has no way to"
        fix = "delegation: { session_configuration: .. } or { credssp: true } under connection"
        yield Finding("no-delegation", place, reason, SOURCE, fix)
    elif subject.lab.baseline == "bare" and not registers(subject, host):
        name = connection.session_configuration
        reason = f"on {host.name} {steps} reach another machine, and nothing registers {name} on a fresh machine"
        fix = f"give {host.name} the role membership (a domain controller may have it, too)"
        yield Finding("no-delegation", subject.place("roles.membership"), reason, SOURCE, fix)


def registers(subject: Subject, host: Host) -> bool:
    """Whether a step makes the session configuration on the host."""
    steps = subject.instances("membership", "session_configuration")
    return any(instance.key.host == host.name for instance in steps)


def passwords_are_encrypted(subject: Subject) -> Iterator[Finding]:
    for host in subject.lab.hosts:
        if host.connection.authentication == "basic" and host.connection.scheme == "http":
            reason = f"{host.name} gets the password in clear text: basic authentication over http"
            place = subject.connection_place(host, "authentication")
            yield Finding("clear-text", place, reason, "WinRM", "https, or negotiate")
