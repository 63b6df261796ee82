"""Mandatory parameters that nobody gave: the client's user is asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from winsim.interpreter.containers import Dictionary
from winsim.interpreter.hosting import HostUnavailable
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.parameters import Parameter
    from winsim.interpreter.session import Session

_MESSAGE: Final = "Supply values for the following parameters:"


def ask_for(session: Session, command: str, missing: Sequence[Parameter]) -> Mapping[str, object] | None:
    """What the user gives for the parameters, by their names; None where there is nobody to ask."""
    ui = session.ui
    if ui is None or not ui.interactive:
        return None
    used: set[str] = set()
    fields = [_field(parameter, labelled(parameter.name, used)) for parameter in missing]
    caption = f"cmdlet {command} at command pipeline position 1"
    try:
        with session.lock_laid_down():
            answer = ui.call("Prompt", (caption, _MESSAGE, fields))
    except HostUnavailable:
        return None
    if not isinstance(answer, Dictionary):
        return None
    return {to_text(key): value for key, value in answer.items()}


def _field(parameter: Parameter, label: str) -> dict[str, object]:
    from winsim.interpreter.engine_host_ui import prompt_field
    from winsim.interpreter.engine_host_values import FieldDescription

    field = FieldDescription(parameter.name)
    field.label = label
    field.kind = parameter.type
    field.help_message = next((data.help for data in parameter.sets.values() if data.help), "")
    return prompt_field(field)


def labelled(name: str, used: set[str]) -> str:
    """The name with a hot key that no field before it has: capitals come first."""
    for wanted in (str.isupper, str.islower, _is_other):
        for place, character in enumerate(name):
            if wanted(character) and character not in used:
                used.add(character)
                return f"{name[:place]}&{name[place:]}"
    return f"&{name}"


def _is_other(character: str) -> bool:
    return not character.isalpha()
