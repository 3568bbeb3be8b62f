"""Refreshing what is served (paper 3.5): what is stale, renewing it, and promoting it or not."""
