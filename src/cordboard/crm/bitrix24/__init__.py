"""This package speaks to a Bitrix24 portal, a real one or ours: `flows.py`, `mapping.py`, `client.py`."""
