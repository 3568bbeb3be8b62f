"""Settings kept beside what was made with them."""
