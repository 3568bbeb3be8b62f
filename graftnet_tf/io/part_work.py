"""What is done to each part of a job, and to its images where one ends every process."""

import dataclasses
from typing import Any, Protocol, TypeVar

from graftnet_tf.io.part_plan import PartPlan, Trial

Model = TypeVar("Model")


class PartWork(Protocol[Model]):
    """What is done to each part; workers get a pickled copy."""

    @property
    def plan(self) -> PartPlan:
        """Which images each part has, and which of them are left out."""
        ...

    def load(self) -> Model:
        """What all parts of a process need, made once in it."""
        ...

    def process(self, model: Model, part: str) -> None:
        """Does a part without what is left out; done twice, even at once, it comes out the same."""
        ...

    def try_image(self, model: Model, image: str) -> None:
        """Does an image alone and keeps nothing, to see whether the process survives it."""
        ...


@dataclasses.dataclass(frozen=True)
class ImageTrial:
    """Tries the images of a part one by one, from where the plan says; notes each before it begins.

    Attributes:
      work: The work on the part.
    """

    work: PartWork[Any]

    @property
    def plan(self) -> PartPlan:
        """That of the work."""
        return self.work.plan

    def load(self) -> Any:
        """What the work needs."""
        return self.work.load()

    def process(self, model: Any, part: str) -> None:
        """Tries the images of a part that were not tried yet."""
        images = list(self.plan.read(part))
        for place in range(self.plan.trial(part).tried, len(images)):
            self.plan.note_trial(part, Trial(place, begun=True))
            try:
                self.work.try_image(model, images[place])
            except Exception as error:
                words = " ".join(str(error).split()) or type(error).__name__
                self.plan.note_trial(part, Trial(place, begun=True, error=words))
                raise
        self.plan.note_trial(part, Trial(len(images)))

    def try_image(self, model: Any, image: str) -> None:
        """As the work does."""
        self.work.try_image(model, image)
