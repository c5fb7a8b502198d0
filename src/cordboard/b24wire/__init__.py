"""This package is Bitrix24's REST protocol, pure, and does not know which end it is: connector and portal both use it.

Reading order: `params` (PHP's bracket form), `loose` (what a flag or number may look like), `errors` (codes, texts,
statuses, and what a client does about them), `envelope` (answers, and the shapes PHP gives to JSON), `paging`, `batch`
(commands that refer to earlier ones), `dates`, `codes`.
Its tests compare with documented examples, never with our own other end.
"""
