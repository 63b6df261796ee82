"""Secrets are fetched by reference, late, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from passivelab.errors import SecretError
from passivelab.lab.documents import SecretDocument
from passivelab.lab.secrets import Accounts, Credential, Secrets
from tests.lab.inventories import SECRETS, load, problems


def test_accounts_of_simulated_machines_become_credentials_of_their_phase(tmp_path: Path) -> None:
    lab = load(tmp_path)
    assert lab.secrets.credential(lab.credential_name(lab.host("arr01"))).user == "Administrator"
    assert lab.secrets.credential(lab.credential_name(lab.host("se01"))).user == "CORP\\labadmin"


def test_values_are_masked(tmp_path: Path) -> None:
    lab = load(tmp_path)
    secret = lab.secrets.resolve("local_administrator")
    assert "not-shown" not in repr(secret) + str(secret) + repr(lab.secrets) + repr(lab)
    assert lab.secrets.known_values() == {"not-shown"}


def test_environment_file_and_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "word").write_text("from file\r\n")
    monkeypatch.setenv("A_SECRET", "from environment")
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "typed"

    references = {
        "a": SecretDocument(env="A_SECRET"),
        "b": SecretDocument(file="word"),
        "c": SecretDocument(prompt="The word", user="CORP\\anna"),
    }
    secrets = Secrets(references, {}, Accounts(), tmp_path, ask)
    assert secrets.text("a") == "from environment"
    assert secrets.text("b") == "from file"
    assert secrets.resolve("c") == Credential("CORP\\anna", "typed")
    secrets.resolve("c")
    assert asked == ["The word: "]


def test_a_reference_that_leads_nowhere_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    references = {"a": SecretDocument(env="NOT_THERE"), "b": SecretDocument(file="nowhere")}
    secrets = Secrets(references, {}, Accounts(), tmp_path)
    for name, said in (("a", "NOT_THERE is not set"), ("b", "cannot be read"), ("aa", "no such entry")):
        with pytest.raises(SecretError, match=said):
            secrets.resolve(name)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{}", "none of them"),
        ("{ env: A, file: b }", "2: env, file"),
        ("{ machines: nobody }", "no account"),
        ("{ keyring: service }", "service/user"),
        ("{ password: secret }", "unknown key"),
    ],
)
def test_wrong_references_are_told_without_looking_at_them(tmp_path: Path, entry: str, said: str) -> None:
    found = problems(tmp_path, secrets=f"{SECRETS}\nother: {entry}\n")
    assert any(said in problem.render_plain() for problem in found)
