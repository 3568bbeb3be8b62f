"""Choosing images of an archive to label next, with what is served in view."""
