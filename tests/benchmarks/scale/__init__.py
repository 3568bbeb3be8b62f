"""What the paper's scale costs, from figures measured here."""
