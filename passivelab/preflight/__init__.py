"""Checks before any change: what would go wrong, where it stands, why, and what to do."""

from passivelab.preflight.check import check
from passivelab.preflight.finding import Finding, Severity

__all__ = ["Finding", "Severity", "check"]
