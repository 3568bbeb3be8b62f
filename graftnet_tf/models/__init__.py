"""Backbones in blocks: their weights, their export, their cost."""
