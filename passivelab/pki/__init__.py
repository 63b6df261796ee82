"""Key material of a lab, made on the controller."""

from passivelab.pki.store import Certificate, Pki, Supplied

__all__ = ["Certificate", "Pki", "Supplied"]
