"""Which versions are served: trees, the publishing lock, branch versions, verification."""
