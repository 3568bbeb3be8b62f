"""From raw outputs to boxes, masks and crops."""
