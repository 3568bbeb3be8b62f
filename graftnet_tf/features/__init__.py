"""Features at the graft point, computed once and kept."""
