"""Contenders: each a file with `RECIPES`, the `LENGTH` to begin with, and `train`."""
