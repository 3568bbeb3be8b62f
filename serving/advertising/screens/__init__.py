"""What a lift's screen is told, shows and proves."""
