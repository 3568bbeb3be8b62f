"""GraftNet: many attributes of people from many single-label datasets.

Vocabulary (task, block, trunk, branch, grafting, tree) is in WORKSPACE_NOTES.md.
"""
