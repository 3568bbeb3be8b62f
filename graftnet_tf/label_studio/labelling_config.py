"""What the labelling page of Label Studio shows."""

from xml.etree import ElementTree

from graftnet_tf.active_learning.answers import possible_answers
from graftnet_tf.workspace.tasks import Task

IMAGE, LABEL = "image", "label"  # the names of the page's parts, which annotations refer to
_HOTKEYS = "1234567890"


def labelling_config(task: Task) -> str:
    """XML of a page with an image and one choice, a key for each of the first ten answers.

    Answers are above the image, which may be taller than the screen. What the model says is chosen
    already, and its key would take it back, so that an answer is required.

    Raises:
      GraftNetError: as for `possible_answers`.
    """
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Header", value=task.name)
    choices = ElementTree.SubElement(
        view, "Choices", name=LABEL, toName=IMAGE, choice="single", showInline="true"
    )
    choices.set("required", "true")
    for place, answer in enumerate(possible_answers(task)):
        hotkey = {"hotkey": _HOTKEYS[place]} if place < len(_HOTKEYS) else {}
        ElementTree.SubElement(choices, "Choice", {"value": answer, **hotkey})
    ElementTree.SubElement(view, "Image", name=IMAGE, value=f"${IMAGE}")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"
