"""From rule outcomes to what a lift shows next."""
