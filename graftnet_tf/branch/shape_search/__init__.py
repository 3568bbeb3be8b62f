"""Which shape a branch should have: successive halving over graft depth and pooling."""
