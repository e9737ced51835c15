"""Faults on purpose: the real program is killed, stopped, starved and lied to, and what it sent is counted after.

`python -m chaos --help` says how; docs/reliability.md says what each fault does and what comes of it. Never part of
the product.
"""
