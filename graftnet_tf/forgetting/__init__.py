"""Where an image was used, and removing it from all that is kept."""
