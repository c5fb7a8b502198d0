"""Cordboard: telephony for CRM that its users can trust with every call."""

__version__ = "0.1.0"
