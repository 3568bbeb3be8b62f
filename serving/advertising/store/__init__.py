"""What is kept, in SQLite or PostgreSQL: no image, no person."""
