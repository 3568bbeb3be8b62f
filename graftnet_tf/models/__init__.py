"""InceptionV3 in blocks: its weights, its export, its cost."""
