"""Categories of an annotation file as the classes of a network."""

from collections.abc import Sequence

from yolact_tf.data.coco import AnnotatedImage, CocoData
from yolact_tf.errors import YolactError


def in_classes(data: CocoData, classes: Sequence[str]) -> tuple[CocoData, tuple[str, ...]]:
    """Matches categories with classes by their names.

    Args:
      data: Annotations of any categories.
      classes: What the network tells apart, without background, in its order.

    Returns:
      The annotations with `classes` as their categories, 0 … len(classes) - 1, and the
      names of the categories whose objects were left out because no class has that name.

    Raises:
      YolactError: no category is a class.
    """
    names = list(data.categories.values())
    places = {place: classes.index(name) for place, name in enumerate(names) if name in classes}
    if not places:
        raise YolactError(
            f"No category of the annotations is a class of the network: the annotations have "
            f"{', '.join(names) or 'none'}, the network has {', '.join(classes)}."
        )

    def renumbered(image: AnnotatedImage) -> AnnotatedImage:
        kept = (found for found in image.objects if found.category in places)
        objects = (found._replace(category=places[found.category]) for found in kept)
        return image._replace(objects=tuple(objects))

    images = [renumbered(image) for image in data.images]
    left_out = tuple(name for name in names if name not in classes)
    return data._replace(images=images, categories=dict(enumerate(classes))), left_out
