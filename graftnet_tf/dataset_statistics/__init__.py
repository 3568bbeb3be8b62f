"""What images tasks or an archive have: sizes, classes, duplicates, and what leaks into a test."""
