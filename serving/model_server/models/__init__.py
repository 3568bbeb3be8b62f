"""The models in memory: versions, batching, warm-up."""
