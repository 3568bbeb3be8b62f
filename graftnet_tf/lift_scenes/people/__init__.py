"""Drawn people: bodies, clothes, belongings."""
