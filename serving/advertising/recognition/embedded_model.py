"""A model server within the gateway's process, for one machine; it needs TensorFlow."""

import contextlib
from collections.abc import Iterator

from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.weight_layouts import keep_weight_layouts
from serving.model_server.server import ModelServer


@contextlib.contextmanager
def embedded_model(base_path: str, model: str) -> Iterator[str]:
    """Serves a passengers model on a free port of this machine; its address.

    Scores are not counted: histograms of them belong to no advertising service.

    Args:
      base_path: Directory of numbered SavedModels.
      model: Name that requests state.

    Raises:
      GraftNetError: there is no such model.
    """
    keep_weight_layouts()
    with ModelServer([ModelConfig(model, base_path)], score_histograms=False) as server:
        yield server.address
