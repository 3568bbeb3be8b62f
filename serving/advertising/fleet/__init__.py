"""A fleet of drawn lifts that drives a real gateway over its HTTP API."""
