"""Sampled crops kept to be labelled: under a named legal basis, until they expire, and told of.

Nothing of the advertising service may import this room (`tests/test_arrows.py`).
"""
