"""How a lift's state reaches its screens."""
