"""Events of a runspace: who listens, what has arrived, and the actions that run on it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.jobs import SMA, ChildJob, Job, jobs_of
from winsim.interpreter.net.dates import now_of
from winsim.interpreter.net.identifiers import new_guid
from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.scopes import Scope
from winsim.interpreter.values import Array, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.scriptblocks import ScriptBlock
    from winsim.interpreter.session import Session

STATE_CHANGED: Final = "StateChanged"


class EventArguments(NetObject):
    """One event: PSEventArgs."""

    type_names = (SMA + "PSEventArgs", "System.EventArgs", "System.Object")

    def __init__(
        self, events: Events, source: str, sender: object, arguments: list[object], data: object, details: object = None
    ) -> None:
        self.computer_name = None
        self.runspace_id = events.runspace
        self.event_identifier = events.next_event()
        self.sender = sender
        self.source_event_args = details
        self.source_args = Array(arguments)
        self.source_identifier = source
        self.time_generated = now_of(events.session)
        self.message_data = data


class EventJob(ChildJob):
    """What an action of a subscription shows itself as; its output is received like that of a job."""

    type_names = (SMA + "PSEventJob", SMA + "Job", "System.Object")


class Subscriber(NetObject):
    type_names = (SMA + "PSEventSubscriber", "System.Object")

    def __init__(
        self,
        events: Events,
        source: str,
        *,
        source_object: object = None,
        event_name: str | None = None,
        action: ScriptBlock | None = None,
        data: object = None,
        support: bool = False,
        most: int = 0,
        forward: bool = False,
    ) -> None:
        self.subscription_id = events.next_subscription()
        self.source_object = source_object
        self.event_name = event_name
        self.source_identifier = source
        self.block = action
        self.data = data
        self.support_event = support
        self.forward_event = forward
        self.handler_delegate = None
        self.most = most  # times that it fires, 0 for ever
        self.fired = 0
        self.action: EventJob | None = None


class Events:
    """The event manager of a session. Events of other threads wait until the session looks for them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.runspace = new_guid()
        self.subscribers: list[Subscriber] = []
        self.received: list[EventArguments] = []
        self.lock = threading.Lock()
        self.arriving: list[tuple[Subscriber, object, object]] = []
        self.events = self.subscriptions = 0

    def next_event(self) -> int:
        self.events += 1
        return self.events

    def next_subscription(self) -> int:
        self.subscriptions += 1
        return self.subscriptions

    def subscribe(self, made: Subscriber) -> None:
        if made.block is not None:
            jobs = jobs_of(self.session)
            jobs.last += 1
            made.action = EventJob(jobs.last, str(made.block))
            made.action.name = made.source_identifier
            made.action.location = ""
        self.subscribers.append(made)
        if isinstance(made.source_object, Job | ChildJob):
            source = made.source_object
            parts: list[Job | ChildJob] = [*source.children] if source.children else [source]
            for child in parts:
                if isinstance(child, ChildJob):
                    child.listeners.append(lambda: self.arrive(made, made.source_object))
                    if child.done.is_set():  # jobs here can be over before a script has had time to listen
                        self.arrive(made, made.source_object)

    def arrive(self, subscriber: Subscriber, sender: object, details: object = None) -> None:
        """Called in any thread."""
        with self.lock:
            self.arriving.append((subscriber, sender, details))

    def unsubscribe(self, subscriber: Subscriber) -> None:
        self.subscribers.remove(subscriber)
        if subscriber.action is not None:
            subscriber.action.state_name = "Stopped"

    def pump(self) -> None:
        """Takes what has arrived from other threads."""
        with self.lock:
            waiting, self.arriving = self.arriving, []
        for subscriber, sender, details in waiting:
            if subscriber in self.subscribers:
                made = EventArguments(
                    self, subscriber.source_identifier, sender, [sender, details], subscriber.data, details
                )
                self.deliver(made, [subscriber])

    def generate(self, source: str, sender: object, arguments: list[object], data: object) -> EventArguments:
        made = EventArguments(self, source, sender, arguments, data)
        self.deliver(made, [one for one in self.subscribers if one.source_identifier.lower() == source.lower()])
        return made

    def deliver(self, event: EventArguments, subscribers: list[Subscriber]) -> None:
        """To the actions that listen; an event without any waits in the queue."""
        handled = False
        for subscriber in subscribers:
            subscriber.fired += 1
            if subscriber.forward_event:
                handled = True
                self.forward(event)
            if subscriber.block is not None:
                handled = True
                if event.message_data is None:
                    event.message_data = subscriber.data
                self.act(subscriber, event)
            if subscriber.most and subscriber.fired >= subscriber.most:
                self.unsubscribe(subscriber)
        if not handled:
            self.received.append(event)

    def forward(self, event: EventArguments) -> None:
        """To the client, where there is one that listens."""
        tell = getattr(self.session.ui, "forward_event", None)
        if tell is not None:
            tell(event)

    def act(self, subscriber: Subscriber, event: EventArguments) -> None:
        """Runs an action in a scope of its own; what it writes belongs to its job."""
        assert subscriber.block is not None and subscriber.action is not None
        job = subscriber.action
        job.state_name = "Running"
        session = self.session
        outer, streams = session.scope, session.streams
        session.scope = Scope(outer)
        session.streams = streams.copy()
        session.streams.replaced("2", job.results.error)
        arguments = list(event.source_args)
        for name, value in (
            ("Event", event),
            ("EventSubscriber", subscriber),
            ("Sender", event.sender),
            ("EventArgs", event.source_event_args),
        ):
            session.scope.set_local(name.lower(), value, name)
        command, session.command = session.command, None
        try:
            for value in session.collect_block(subscriber.block, arguments, outside=True):
                job.results.add("output", value)
        except TerminatingError as problem:
            job.results.error(problem.record)
            session.remember(problem)
        finally:
            session.scope, session.streams, session.command = outer, streams, command


def events_of(session: Session) -> Events:
    found: Events | None = session.state.get("events")
    if found is None:
        found = session.state["events"] = Events(session)
    return found


ARGUMENTS = TypeDef(SMA + "PSEventArgs", python=(EventArguments,))
ARGUMENTS.attribute(
    *("ComputerName", "RunspaceId", "EventIdentifier", "Sender", "SourceEventArgs", "SourceArgs", "SourceIdentifier"),
    *("TimeGenerated",),
)
ARGUMENTS.attribute("MessageData")
SUBSCRIBER = TypeDef(SMA + "PSEventSubscriber", python=(Subscriber,))
SUBSCRIBER.attribute(
    *("SubscriptionId", "SourceObject", "EventName", "SourceIdentifier", "Action", "HandlerDelegate", "SupportEvent"),
    "ForwardEvent",
)
EVENT_JOB = TypeDef(SMA + "PSEventJob", base=SMA + "Job", python=(EventJob,))


@EVENT_JOB.property("Module")
def module(this: EventJob) -> object:
    return None


EVENT_TYPES = (ARGUMENTS, SUBSCRIBER, EVENT_JOB)
