"""Drawn lift snapshots."""
