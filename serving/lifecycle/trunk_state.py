"""Whether the trunk that is served is due: for new labels, for its age, for what it must forget."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from graftnet_tf.data.fingerprints import input_name
from graftnet_tf.registry.forgetting_due import forgotten_since, in_words
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class TrunkState:
    """The trunk that is served, beside what it could learn now.

    Attributes:
      version: Its version.
      new: Tasks that can be trained and that it has not seen: its new labels.
      changed: Tasks that it was trained on, of which the data has changed since.
      limit: New labels after which it is due.
      age: Days since it was published; None where its manifest does not say.
      max_age: Days after which it is due, if there is anything new to learn; None for no such rule.
      forgotten: What it learnt from that was forgotten since, in words; None for nothing.
    """

    version: str
    new: tuple[str, ...]
    changed: tuple[str, ...]
    limit: int
    age: float | None
    max_age: float | None
    forgotten: str | None

    @property
    def reasons(self) -> list[str]:
        """Why it is due, in words; none where it is not."""
        found = []
        if len(self.new) >= self.limit:
            found.append(
                f"{counted(self.new, 'new label')} since trunk {self.version} "
                f"({', '.join(self.new)}), and it is due from {self.limit}"
            )
        if self._too_old and (self.new or self.changed):
            found.append(f"{self._aged}, and there is new data ({self._news})")
        if self.forgotten:
            found.append(f"trunk {self.version} {self.forgotten}")
        return found

    @property
    def due(self) -> bool:
        """Whether the policy wants it retrained (paper 3.5 and 4.2)."""
        return bool(self.reasons)

    @property
    def kept(self) -> str | None:
        """Why it is not retrained for its age, in a sentence; None where nobody would expect it."""
        if self._too_old and not self.due:
            return f"{self._aged.capitalize()}, and kept: nothing that it could learn is new."
        if self.max_age is not None and self.age is None:
            return f"Trunk {self.version} does not say how old it is, and is kept whatever its age."
        return None

    @property
    def _too_old(self) -> bool:
        return self.max_age is not None and self.age is not None and self.age > self.max_age

    @property
    def _aged(self) -> str:
        return f"trunk {self.version} is {self.age:.1f} days old, more than {self.max_age:g}"

    @property
    def _news(self) -> str:
        news = {"new": self.new, "changed": self.changed}
        return "; ".join(f"{word}: {', '.join(names)}" for word, names in news.items() if names)


def trunk_state(
    workspace: Workspace,
    version: str,
    hashes: Mapping[str, str],
    *,
    limit: int,
    max_age: float | None = None,
) -> TrunkState:
    """The state of a published trunk.

    Args:
      workspace: Workspace with it.
      version: Its version.
      hashes: Hash of the data of each task that can be trained, see `data_hashes`.
      limit, max_age: Limit and maximal age, see `TrunkState`.
    """
    content = manifest.read(workspace.version_dir("trunks", version))
    learnt = {name: content["inputs"].get(input_name(name)) for name in content["tasks"]}
    return TrunkState(
        version,
        tuple(name for name in sorted(hashes) if name not in learnt),
        tuple(
            name for name in sorted(hashes) if (then := learnt.get(name)) and then != hashes[name]
        ),
        limit,
        _age(content),
        max_age,
        in_words(forgotten_since(workspace, "trunks", version)),
    )


def counted(names: Sequence[str], noun: str, plural: str = "s") -> str:
    """`2 labels` of two names."""
    return f"{len(names)} {noun}{plural if len(names) != 1 else ''}"


def _age(content: dict[str, Any]) -> float | None:
    """Days since a version was published."""
    try:
        published = datetime.datetime.fromisoformat(content["published"])
        passed = datetime.datetime.now(datetime.UTC) - published
    except (KeyError, TypeError, ValueError):
        return None
    return passed / datetime.timedelta(days=1)
