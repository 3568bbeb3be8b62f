"""What all HTML reports share: templates, style, thumbnails."""
