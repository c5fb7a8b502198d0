"""This package reads what the screens show: calls and clients as plain values for one viewer, without HTML.

Reading order: `card_state` (pure: what a card says), `call_facts`, `client_facts`, `sessions` (who looks, and
whose calls they may see), `regions` (the live parts of single pages).
"""
