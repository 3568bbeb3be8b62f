"""Figures of a composed model on test data."""
