"""This package answers Bitrix24's REST: what comes in over `/rest/…` becomes one call of a registered method.

Reading order: `registry` (what a method is), `asgi` (the way of a request), `request`, `auth`, `dispatch`, `batch`,
`limits`, `failures`; then `methods/` (one file per namespace) and what they share: `entities` with
`entity_writes`, `records`, `filters`, `stages` and `items` (clients), `activities`, `user_writes`, `moments`,
`parameters`; `oauth` gives tokens.

To add a method: a coroutine in `methods/<namespace>.py` under `@method("its.documented.name", scope="crm")`, with a
docstring that `described` can read, and its example in `tests/portal/rest/examples/`.
"""
