"""Asking a composed model for the attributes of pictures."""

from collections.abc import Sequence

from serving.client.call_error import CallError
from serving.client.conversation import Conversation, arrays, predict
from serving.client.endpoint import Endpoint
from serving.client.legends import Legends
from serving.client.pictures import LoadedPicture
from serving.client.request_size import RequestSize
from serving.client.results import PictureResult
from serving.schema.metadata import ModelMetadata

UNDECODABLE = "not a JPEG or PNG picture that the model accepts"

# How models composed by earlier versions refuse a request without a decodable picture.
_NOTHING_DECODED = "No picture of the request could be decoded"


class AttributeQuestions:
    """Conversations with a model that has the signatures `predict_jpeg` and `metadata`."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._legends = Legends(endpoint)
        self._size = RequestSize(endpoint.message_bytes)

    def metadata(self) -> Conversation[ModelMetadata]:
        """What the model in service says of itself."""
        legend = yield from self._legends.current()
        return ModelMetadata.from_json(legend.document)

    def ask(
        self, pictures: Sequence[LoadedPicture], attributes: Sequence[str]
    ) -> Conversation[list[PictureResult]]:
        """One result per picture, in order; one that cannot be used harms no other.

        Args:
          pictures: to score, in one request or as many as the server's limits want.
          attributes: those wanted; all when empty.

        Raises:
          CallError: there is no answer, for another reason than the pictures.
        """
        sent = [picture for picture in pictures if picture.content is not None]
        scored = iter(
            (
                yield from self._size.asking(
                    sent,
                    lambda part: self._score(part, attributes),
                    lambda picture, why: PictureResult(picture.name, error=why),
                )
            )
        )
        return [
            PictureResult(picture.name, error=picture.error)
            if picture.content is None
            else next(scored)
            for picture in pictures
        ]

    def _score(
        self, pictures: Sequence[LoadedPicture], attributes: Sequence[str]
    ) -> Conversation[list[PictureResult]]:
        call = predict(
            self._endpoint.spec(signature="predict_jpeg"),
            {"pictures": [picture.content or b"" for picture in pictures]},
            [*attributes, "decoded"] if attributes else (),
        )
        try:
            response, legend = yield from self._legends.answer(call)
        except CallError as error:
            if _NOTHING_DECODED not in error.details:
                raise
            return [PictureResult(picture.name, error=UNDECODABLE) for picture in pictures]
        outputs = arrays(response)
        version = response.model_spec.version.value
        results = []
        for row, picture in enumerate(pictures):
            if not outputs["decoded"][row]:
                results.append(
                    PictureResult(picture.name, error=UNDECODABLE, model_version=version)
                )
                continue
            scores = {name: float(outputs[name][row]) for name in attributes or legend.attributes}
            decisions, classes = legend.decisions(scores), legend.classes(scores)
            results.append(
                PictureResult(
                    picture.name, scores, decisions, model_version=version, classes=classes
                )
            )
        return results
