"""Certificates from every source, on the simulated lab."""
