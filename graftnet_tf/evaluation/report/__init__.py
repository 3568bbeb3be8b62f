"""What an evaluation found, as a directory that a person can read."""
