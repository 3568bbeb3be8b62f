"""Weights: official ones, files of our own, the shipped person model."""
