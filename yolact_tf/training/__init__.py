"""Training: matching, optimizer, step, loop, job."""
