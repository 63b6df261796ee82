"""The WinRM service of a host: what winrm/config, Enable-WSManCredSSP and Register-PSSessionConfiguration change."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class RegisteredConfiguration:
    """A session configuration besides the built-in ones; ``run_as`` is the account that its sessions run as."""

    name: str
    run_as: str = ""  # CORP\labadmin, "" for whoever connects
    startup_script: str = ""


@dataclass
class WinRmService:
    """A part of ``Host.parts``; without it the host has the settings of a fresh Server 2012 R2."""

    allow_unencrypted: bool = False
    basic: bool = False
    credssp: bool = False
    certificate: bool = False
    channel_bindings: str = "relaxed"  # CbtHardeningLevel: none, relaxed, strict
    max_envelope_kb: int = 500
    max_shells_per_user: int = 30
    max_memory_mb: int = 1024
    configurations: dict[str, RegisteredConfiguration] = field(default_factory=dict)  # by lower-case name
    certificate_users: dict[str, str] = field(default_factory=dict)  # SHA-256 of the certificate -> account
    trusted_certificates: list[bytes] = field(default_factory=list)  # DER of those that may log on

    def register(self, configuration: RegisteredConfiguration) -> None:
        self.configurations[configuration.name.lower()] = configuration
