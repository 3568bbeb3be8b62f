"""The HTTP service between cameras, the model server and screens."""
