"""A branch: its shape, its fine-tuning, its publication (paper, sections 3.2 and 3.6)."""
