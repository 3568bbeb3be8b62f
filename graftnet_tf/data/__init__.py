"""From the images of tasks to batches."""
