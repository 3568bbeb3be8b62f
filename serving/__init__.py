"""Composing branches into one SavedModel, serving it over gRPC, and calling it."""
