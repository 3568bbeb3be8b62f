"""Where the pages of reports come from, and what their templates can use."""

import base64
import functools

import jinja2


def environment(package: str) -> jinja2.Environment:
    """Templates of `package`, which may include those of this one: `style.css` is shared.

    The filters `png_uri` and `jpeg_uri` put an image's bytes into the page.
    """
    folders = dict.fromkeys([package, "graftnet_tf.reporting"])
    templates = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(folder, "") for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["png_uri"] = functools.partial(_data_uri, "image/png")
    templates.filters["jpeg_uri"] = functools.partial(_data_uri, "image/jpeg")
    return templates


def _data_uri(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
