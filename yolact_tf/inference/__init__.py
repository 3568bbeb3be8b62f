"""People and objects in images, and the exported SavedModel."""
