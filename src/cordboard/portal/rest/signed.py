"""Signed tokens in the addresses for uploads and downloads: for one credential, until the portal starts anew.

In:   the caller and a small value. Out: `telephony|<payload>|<signature>` and the value again, or a refusal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import quote

import msgspec

from cordboard.b24wire.errors import invalid_credentials
from cordboard.portal.rest.registry import Context

__all__ = ["read_token", "signed_address"]

#: a restart of the portal makes the client ask for a new address
KEY = secrets.token_bytes(32)


def signed_address(context: Context, method: str, scope: str, value: object) -> str:
    """The address of `upload` or `download` for this caller, with his credential and the value inside."""
    payload = base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()
    token = quote(f"{scope}|{payload}|{_signature(context, method, payload)}", safe="")
    if context.application_id is None:
        return f"{context.base_url}{context.rest_path}/{method}/?token={token}"
    return f"{context.base_url}/rest/{method}.json?auth={context.access_token}&token={token}"


def read_token(context: Context, method: str, token: str, type: Any) -> Any:
    """The value inside a token that this caller got for this method."""
    _, _, rest = token.partition("|")
    payload, _, signature = rest.partition("|")
    if not hmac.compare_digest(signature.encode(), _signature(context, method, payload).encode()):
        raise invalid_credentials()
    return msgspec.json.decode(base64.urlsafe_b64decode(payload), type=type)


def _signature(context: Context, method: str, payload: str) -> str:
    who = f"{method}|{context.application_id}|{context.user_id}|{payload}"
    return hmac.new(KEY, who.encode(), hashlib.sha256).hexdigest()
