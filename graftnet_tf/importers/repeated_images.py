"""The same image more than once in a collection: under two labels, or on both sides of a split."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from graftnet_tf.importers.collection import Photo
from graftnet_tf.importers.joined_groups import joined


def conflicts(photos: Iterable[Photo], task: str, digests: Mapping[str, str]) -> dict[str, str]:
    """Photos of the same bytes that a task labels differently.

    Args:
      photos: Photos of a collection.
      task: Name of the task.
      digests: Hash of each readable photo's bytes, by source.

    Returns:
      Why each of them is no example, by source.
    """
    by_digest: dict[str, dict[str, int]] = defaultdict(dict)
    for photo in photos:
        if task in photo.labels and photo.source in digests:
            by_digest[digests[photo.source]][photo.source] = photo.labels[task]
    reasons = {}
    for labels in by_digest.values():
        for source, label in labels.items():
            others = [other for other in labels if labels[other] != label]
            if others:
                reasons[source] = f"The same image has another label as {others[0]}."
    return reasons


def repeated_in_train(photos: Sequence[Photo], digests: Mapping[str, str]) -> dict[str, str]:
    """Photos that the source puts in train, and of the same bytes in test.

    Returns:
      Why each one in train is no example, by source; those in test stay.
    """
    tested: dict[str, str] = {}
    for photo in photos:
        if photo.split == "test" and photo.source in digests:
            tested.setdefault(digests[photo.source], photo.source)
    return {
        photo.source: f"The same image is in test as {tested[digests[photo.source]]}."
        for photo in photos
        if photo.split == "train" and digests.get(photo.source) in tested
    }


def joint_groups(photos: Iterable[Photo], digests: Mapping[str, str]) -> dict[str, str]:
    """Groups joined where they share an image.

    A group that is an image and its copies alone is named by the hash of its bytes, so that a
    copy that comes later changes no name, and with it no side that is drawn.

    Args:
      photos: Readable ones of a collection.
      digests: Hash of each one's bytes, by source.

    Returns:
      The group of each photo, by source: of joined ones, the first by name.
    """
    groups = {photo.source: photo.group or digests[photo.source][:16] for photo in photos}
    copies: dict[str, list[str]] = defaultdict(list)
    for source in groups:
        copies[digests[source]].append(source)
    return joined(groups, copies.values())
