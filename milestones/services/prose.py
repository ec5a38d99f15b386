"""What people write in Markdown, as HTML that can do no harm."""

from __future__ import annotations

import markdown
import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = {"p", "ul", "ol", "li", "strong", "em", "code", "pre", "br", "a", "blockquote"}


def prose(text: str) -> SafeString:
    """A note as HTML: no images, no styles, no names; links to http and https alone."""
    made = markdown.markdown(text, extensions=["nl2br", "sane_lists"])
    clean = nh3.clean(made, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"})
    return mark_safe(clean)  # noqa: S308 - cleaned by nh3
