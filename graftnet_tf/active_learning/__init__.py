"""Which images of an archive to label next: drawn with a probability that is known of each."""
