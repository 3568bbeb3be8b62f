"""Composed models: from a tree to one served SavedModel."""
