"""Our own API under `/api/v1`: what the screens show and do, as JSON, with the same rights.

Reading order: `shapes` (what is sent and answered), `access` (who asks), `problems` (errors as problem documents),
then one module per subject: `calls`, `clients`, `board` (missed, tasks, lines, people, exclusions). `app` puts them
together with the OpenAPI document at `/api/v1/openapi.json`.
"""
