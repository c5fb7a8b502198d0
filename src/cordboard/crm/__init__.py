"""This package holds one folder per CRM, and in `base.py` what all of them are to the rest.

A folder has `flows.py` (pure: what the CRM is asked, in which order), `mapping.py` (pure: our facts in its words and
back), `client.py` (HTTP), a README and a quality table.
"""
