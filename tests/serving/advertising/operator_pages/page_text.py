"""What a page says."""

import html
import re


def words(answer):
    """A page's text without its elements, on one line."""
    text = re.sub(r"<[^>]+>", " ", answer if isinstance(answer, str) else answer.text)
    return " ".join(html.unescape(text).split())
