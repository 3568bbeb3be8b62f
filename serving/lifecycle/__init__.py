"""The life of a label: what is stale, what replaces it, and back."""
