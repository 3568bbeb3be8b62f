"""Images that may be chosen, and what is known of them."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Candidates:
    """N images that nobody labelled yet.

    Attributes:
      vectors: float32 [N, D], features by which images are alike.
      scores: float32 [N] in 0…1 of the served head; None where there is none.
      threshold: Score from which it says yes.
      prevalence: Share of positives among the images that can be chosen, in 0…1, as labels so far
        tell it; None where they do not.
      seeds: float32 [S, D], vectors of a few examples of what is looked for.
    """

    vectors: np.ndarray
    scores: np.ndarray | None = None
    threshold: float = 0.5
    prevalence: float | None = None
    seeds: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.vectors)
