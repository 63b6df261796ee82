"""Hosts: a step that reaches another machine needs a transport that can."""

from __future__ import annotations

from collections.abc import Iterator

from passivelab.lab.model import Host
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

SOURCE = "a network logon has no second hop (failure table 36, 37)"


def why_not(host: Host) -> str | None:
    """Why a script on the host cannot reach a third machine."""
    connection = host.connection
    if connection.credssp or connection.authentication == "credssp":
        return None
    if connection.session_configuration is None:
        return "its connection has neither a session configuration nor CredSSP"
    if connection.transport == "winrm":
        return "a WinRS shell cannot use a session configuration, and CredSSP is off"
    return None


def delegated_steps_have_a_way(subject: Subject) -> Iterator[Finding]:
    delegated: dict[str, list[str]] = {}
    for instance in subject.compilation.blueprint.instances:
        if instance.identity == "delegated":
            delegated.setdefault(instance.key.host, []).append(instance.key.step)
    for host in subject.lab.hosts:
        reason = why_not(host)
        if host.name in delegated and reason is not None:
            steps = ", ".join(delegated[host.name][:3])
            text = f"on {host.name} {steps} reach another machine, and {reason}"
            fix = "delegation: { session_configuration: .. } or { credssp: true } under connection"
            place = subject.connection_place(host, "delegation")
            yield Finding("no-delegation", place, text, SOURCE, fix)


def passwords_are_encrypted(subject: Subject) -> Iterator[Finding]:
    for host in subject.lab.hosts:
        if host.connection.authentication == "basic" and host.connection.scheme == "http":
            reason = f"{host.name} gets the password in clear text: basic authentication over http"
            place = subject.connection_place(host, "authentication")
            yield Finding("clear-text", place, reason, "WinRM", "https, or negotiate")
