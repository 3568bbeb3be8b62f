"""One training step of the whole trunk beside what a team would write instead."""
