"""HTML pages from templates, in one style."""

import base64
import functools
from typing import Any

import jinja2


def render(package: str, template: str, **content: Any) -> str:
    """A page from a template of `package`.

    Templates extend `base.html` and import from `macros.html`, which lie in `html/` here. The
    filters `png_uri` and `jpeg_uri` put an image's bytes into the page; names that are not
    given are errors.

    Args:
      package: Package that the template lies in.
      template: Its file name.
      content: What it is filled with.
    """
    loaders = [jinja2.PackageLoader(package, ""), jinja2.PackageLoader(__package__, "html")]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["png_uri"] = functools.partial(_data_uri, "image/png")
    environment.filters["jpeg_uri"] = functools.partial(_data_uri, "image/jpeg")
    return environment.get_template(template).render(**content)


def _data_uri(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
