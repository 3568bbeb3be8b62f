"""Which versions of a model are served, and which labels they bear."""

import dataclasses

from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from graftnet_tf.errors import GraftNetError

STABLE, CANARY, PREVIOUS = "stable", "canary", "previous"


@dataclasses.dataclass(frozen=True)
class Versions:
    """The state of one model.

    Attributes:
      served: Numbers of the versions to be loaded.
      labels: The version that each label stands for.
    """

    served: frozenset[int]
    labels: dict[str, int]

    def labelled(self, **labels: int | None) -> "Versions":
        """With labels moved, or taken away where None."""
        moved = {**self.labels, **labels}
        kept = {label: version for label, version in moved.items() if version is not None}
        return Versions(self.served, kept)

    def serving(self, version: int) -> "Versions":
        return Versions(self.served | {version}, self.labels)

    def without(self, version: int | None) -> "Versions":
        """Without a version, unless a label stands for it."""
        spare = {version} - set(self.labels.values())
        return Versions(self.served - spare, self.labels)


def find_model(config: ModelServerConfig, model: str) -> ModelConfig:
    """A model's part of a configuration.

    Raises:
      GraftNetError: it has none.
    """
    for candidate in config.model_config_list.config:
        if candidate.name == model:
            return candidate
    names = ", ".join(it.name for it in config.model_config_list.config) or "none"
    raise GraftNetError(f"The configuration has no model {model!r}; it has {names}.")


def versions_of(model: ModelConfig) -> Versions | None:
    """The versions that a configuration names; None where the policy leaves them open."""
    policy = model.model_version_policy
    if policy.WhichOneof("policy_choice") != "specific":
        return None
    return Versions(frozenset(policy.specific.versions), dict(model.version_labels))


def with_versions(config: ModelServerConfig, model: str, versions: Versions) -> ModelServerConfig:
    """The whole configuration with one model's versions replaced, every other part as it was."""
    changed = ModelServerConfig()
    changed.CopyFrom(config)
    part = find_model(changed, model)
    part.model_version_policy.specific.versions[:] = sorted(versions.served)
    part.version_labels.clear()
    part.version_labels.update(versions.labels)
    return changed


def with_versions_of(config: ModelServerConfig, part: ModelConfig) -> ModelServerConfig:
    """The whole configuration with one model's policy and labels as in `part`, and no more."""
    changed = ModelServerConfig()
    changed.CopyFrom(config)
    model = find_model(changed, part.name)
    for field in ("model_version_policy", "version_labels"):
        model.ClearField(field)
    if part.HasField("model_version_policy"):
        model.model_version_policy.CopyFrom(part.model_version_policy)
    model.version_labels.update(part.version_labels)
    return changed
