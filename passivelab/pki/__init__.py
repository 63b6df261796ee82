"""Key material of a lab, made on the controller."""

from passivelab.pki.store import Certificate, Pki, Supplied, root_file

__all__ = ["Certificate", "Pki", "Supplied", "root_file"]
