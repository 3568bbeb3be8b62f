"""Groups that are joined because an image of one belongs with an image of another."""

from collections.abc import Iterable, Mapping, Sequence


def joined(groups: Mapping[str, str], together: Iterable[Sequence[str]]) -> dict[str, str]:
    """Groups joined wherever some photos belong together.

    Args:
      groups: Group of each photo, by source.
      together: Sources of photos that belong together; each in `groups`.

    Returns:
      The group of each photo, by source: of joined ones, the first by name.
    """
    parent: dict[str, str] = {}

    def root(group: str) -> str:
        while parent.setdefault(group, group) != group:
            group = parent[group]
        return group

    for sources in together:
        for source in sources[1:]:
            first, second = sorted((root(groups[sources[0]]), root(groups[source])))
            parent[second] = first
    return {source: root(group) for source, group in groups.items()}
