"""Snapshots, few or millions, to a folder of person crops."""
