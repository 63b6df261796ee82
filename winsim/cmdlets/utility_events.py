"""Events: Register-*Event, New-Event, Get-Event, Wait-Event and the others."""

from __future__ import annotations

import time

from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.errors import PipelineStopped
from winsim.interpreter.events import STATE_CHANGED, Subscriber, events_of
from winsim.interpreter.jobs import ChildJob, Job
from winsim.interpreter.net.identifiers import new_guid
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.typetable import type_of
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

OPTIONS = ("SourceIdentifier", "Action", "MessageData", "SupportEvent", "MaxTriggerCount", "Forward")
RESERVED = ("powershell.exiting", "powershell.onidle")
POLL = 0.01


def register(call: CommandCall, source: str, source_object: object, event_name: str | None) -> None:
    events = events_of(call.session)
    if any(one.source_identifier.lower() == source.lower() for one in events.subscribers) and event_name is not None:
        message = (
            f"Cannot subscribe to the specified event. A subscriber with the source identifier '{source}' already "
            "exists."
        )
        error = CommandError("SUBSCRIBER_EXISTS", message, "InvalidArgument", source_object, "System.ArgumentException")
        call.write_error(error)
        return
    block = call.get("Action")
    made = Subscriber(
        events,
        source,
        source_object=source_object,
        event_name=event_name,
        action=block if isinstance(block, ScriptBlock) else None,
        data=call.get("MessageData"),
        support=call.switch("SupportEvent"),
        forward=call.switch("Forward"),
        most=int(call.text("MaxTriggerCount")) if call.has("MaxTriggerCount") else 0,
    )
    events.subscribe(made)
    if made.action is not None and not made.support_event:
        call.write(made.action)


@cmdlet("Register-EngineEvent", built=OPTIONS, locks_world=False)
def register_engine_event(call: CommandCall) -> None:
    source = call.text("SourceIdentifier")
    if source.lower() in RESERVED:
        raise NotBuilt(f"the engine event {source}")
    register(call, source, None, None)


@cmdlet("Register-ObjectEvent", built=("InputObject", "EventName", *OPTIONS), locks_world=False)
def register_object_event(call: CommandCall) -> None:
    target, name = call.get("InputObject"), call.text("EventName")
    if not isinstance(target, Job | ChildJob):
        raise NotBuilt(f"events of {type_of(target)}")
    if name.lower() != STATE_CHANGED.lower():
        message = f"Cannot register for the specified event. An event with the name '{name}' does not exist."
        error = CommandError("INVALID_REGISTRATION", message, "InvalidArgument", target, "System.ArgumentException")
        call.write_error(error)
        return
    register(call, call.text("SourceIdentifier") or str(new_guid()), target, name)


@cmdlet(
    "New-Event",
    built=("SourceIdentifier", "Sender", "EventArguments", "MessageData"),
    locks_world=False,
)
def new_event(call: CommandCall) -> None:
    arguments = list(items_of(call.get("EventArguments")) or [])
    events = events_of(call.session)
    call.write(events.generate(call.text("SourceIdentifier"), call.get("Sender"), arguments, call.get("MessageData")))


def missing(call: CommandCall, kind: str, by_source: str, by_number: str, found: bool) -> None:
    """The error of a name without wildcards, or of a number, that nothing has."""
    source = call.text("SourceIdentifier")
    if found:
        return
    if call.has("SourceIdentifier") and not has_wildcard(source):
        error = (by_source, "INVALID_SOURCE_IDENTIFIER", source)
    elif call.has(kind):
        number_id = "INVALID_EVENT_IDENTIFIER" if kind == "EventIdentifier" else "INVALID_SUBSCRIPTION_IDENTIFIER"
        error = (by_number, number_id, call.text(kind))
    else:
        return
    call.write_error(
        CommandError(error[1], error[0].format(error[2]), "InvalidArgument", None, "System.ArgumentException")
    )


EVENT_TEXTS = ("Event with source identifier '{0}' does not exist.", "Event with identifier '{0}' does not exist.")
SOURCE_TEXT = "Event subscription with source identifier '{0}' does not exist."
SUBSCRIPTION_TEXT = "Event subscription with identifier '{0}' does not exist."


def fits(call: CommandCall, source: str, kind: str, number: int) -> bool:
    if call.has("SourceIdentifier") and not wildcard_match(call.text("SourceIdentifier"), source):
        return False
    return not call.has(kind) or int(call.text(kind)) == number


@cmdlet("Get-Event", built=("SourceIdentifier", "EventIdentifier"), locks_world=False,
        by_name=("SourceIdentifier", "EventIdentifier"))  # fmt: skip
def get_event(call: CommandCall) -> None:
    events = events_of(call.session)
    events.pump()
    chosen = [
        one for one in events.received if fits(call, one.source_identifier, "EventIdentifier", one.event_identifier)
    ]
    call.write_all(list(chosen))
    missing(call, "EventIdentifier", *EVENT_TEXTS, found=bool(chosen))


@cmdlet("Remove-Event", built=("SourceIdentifier", "EventIdentifier"), locks_world=False, by_name=("EventIdentifier",))
def remove_event(call: CommandCall) -> None:
    events = events_of(call.session)
    events.pump()
    chosen = [
        one for one in events.received if fits(call, one.source_identifier, "EventIdentifier", one.event_identifier)
    ]
    for one in reversed(chosen):
        if call.should_process(f"Event '{one.source_identifier}'", "Remove"):
            events.received.remove(one)
    missing(call, "EventIdentifier", *EVENT_TEXTS, found=bool(chosen))


@cmdlet("Wait-Event", built=("SourceIdentifier", "Timeout"), locks_world=False, by_name=("SourceIdentifier",))
def wait_event(call: CommandCall) -> None:
    """The first event that fits, which stays in the queue."""
    events = events_of(call.session)
    limit = float(call.text("Timeout")) if call.has("Timeout") else -1.0
    deadline = time.monotonic() + call.session.world.clock.wall_seconds(limit) if limit >= 0 else None
    while True:
        events.pump()
        for one in events.received:
            if not call.has("SourceIdentifier") or wildcard_match(call.text("SourceIdentifier"), one.source_identifier):
                call.write(one)
                return
        if deadline is not None and time.monotonic() >= deadline:
            return
        if call.session.stopping.wait(POLL):
            raise PipelineStopped
        call.session.check()


def subscribers(call: CommandCall) -> list[Subscriber]:
    events = events_of(call.session)
    events.pump()
    return [
        one
        for one in events.subscribers
        if fits(call, one.source_identifier, "SubscriptionId", one.subscription_id)
        and (not one.support_event or call.switch("Force"))
    ]


@cmdlet("Get-EventSubscriber", built=("SourceIdentifier", "SubscriptionId", "Force"), locks_world=False,
        by_name=("SourceIdentifier", "SubscriptionId"))  # fmt: skip
def get_event_subscriber(call: CommandCall) -> None:
    found = subscribers(call)
    call.write_all(list(found))
    missing(call, "SubscriptionId", SOURCE_TEXT, SUBSCRIPTION_TEXT, found=bool(found))


@cmdlet("Unregister-Event", built=("SourceIdentifier", "SubscriptionId", "Force"), locks_world=False,
        by_name=("SourceIdentifier", "SubscriptionId"))  # fmt: skip
def unregister_event(call: CommandCall) -> None:
    found = subscribers(call)
    for one in found:
        if call.should_process(f"Event subscription '{one.source_identifier}'", "Unsubscribe"):
            events_of(call.session).unsubscribe(one)
    missing(call, "SubscriptionId", SUBSCRIPTION_TEXT, SUBSCRIPTION_TEXT, found=bool(found))
