"""The trunk and its pretraining with a dynamic graph (paper, section 3.3)."""
