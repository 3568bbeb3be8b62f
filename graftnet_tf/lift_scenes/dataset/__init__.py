"""Sub-datasets of drawn snapshots with the paper's 18 attributes."""
