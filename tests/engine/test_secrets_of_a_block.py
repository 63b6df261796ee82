"""A removal is sent the secrets that it uses, and no others."""

from __future__ import annotations

import pytest

from passivelab.engine.script import names_secret


@pytest.mark.parametrize(
    ("script", "used"),
    [
        ("Add-Computer -Credential $Secrets.Account", True),
        ('"$($secrets.ACCOUNT.UserName)"', True),
        ("Other @Needs -Password $Secrets.Password", False),
        ("foreach ($one in $Secrets.Keys) { $Secrets[$one] }", True),
        ("$Secrets['Account']", True),
        ("${Secrets}.Account", True),
        ("Invoke-It -Secrets $script:Secrets", True),
        ("Invoke-It @Secrets", True),
        ("Remove-Item -LiteralPath $file", False),
    ],
)
def test_a_secret_that_a_block_may_use_is_found(script: str, used: bool) -> None:
    assert names_secret(script, "Account") is used
