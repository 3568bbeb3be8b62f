"""One request: its limits, its tensors, its errors."""
