"""Label Studio: batches to its projects, its annotations back."""
