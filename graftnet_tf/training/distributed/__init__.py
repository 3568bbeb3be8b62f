"""Training on several devices and machines: replicas, workers that meet, their supervisor."""
