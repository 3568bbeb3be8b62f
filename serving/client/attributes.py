"""Asking a composed model for the attributes of images."""

from collections.abc import Sequence

from serving.client.call_error import CallError
from serving.client.endpoint import Endpoint
from serving.client.images import LoadedImage
from serving.client.request_size import RequestSize
from serving.client.results import ImageResult
from serving.client.rpc_flow import RpcFlow, arrays, predict
from serving.client.score_schemas import ScoreSchemas
from serving.schema.metadata import ModelMetadata

UNDECODABLE = "not a JPEG or PNG image that the model accepts"

# How models composed by earlier versions refuse a request without a decodable image.
_NOTHING_DECODED = "No image of the request could be decoded"


class AttributeQuestions:
    """Conversations with a model that has the signatures `predict_jpeg` and `metadata`."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._score_schemas = ScoreSchemas(endpoint)
        self._size = RequestSize(endpoint.message_bytes)

    def metadata(self) -> RpcFlow[ModelMetadata]:
        """What the model in service says of itself."""
        score_schema = yield from self._score_schemas.current()
        return ModelMetadata.from_json(score_schema.document)

    def ask(
        self, images: Sequence[LoadedImage], attributes: Sequence[str]
    ) -> RpcFlow[list[ImageResult]]:
        """One result per image, in order; one that cannot be used harms no other.

        Args:
          images: Images to score, in one request or as many as the server's limits want.
          attributes: Those wanted; all when empty.

        Raises:
          CallError: there is no answer, for another reason than the images.
        """
        sent = [image for image in images if image.content is not None]
        scored = iter(
            (
                yield from self._size.asking(
                    sent,
                    lambda part: self._score(part, attributes),
                    lambda image, why: ImageResult(image.name, error=why),
                )
            )
        )
        return [
            ImageResult(image.name, error=image.error) if image.content is None else next(scored)
            for image in images
        ]

    def _score(
        self, images: Sequence[LoadedImage], attributes: Sequence[str]
    ) -> RpcFlow[list[ImageResult]]:
        call = predict(
            self._endpoint.spec(signature="predict_jpeg"),
            {"image_bytes": [image.content or b"" for image in images]},
            [*attributes, "decoded"] if attributes else (),
        )
        try:
            response, score_schema = yield from self._score_schemas.answer(call)
        except CallError as error:
            if _NOTHING_DECODED not in error.details:
                raise
            return [ImageResult(image.name, error=UNDECODABLE) for image in images]
        outputs = arrays(response)
        version = response.model_spec.version.value
        results = []
        for row, image in enumerate(images):
            if not outputs["decoded"][row]:
                results.append(ImageResult(image.name, error=UNDECODABLE, model_version=version))
                continue
            scores = {
                name: float(outputs[name][row]) for name in attributes or score_schema.attributes
            }
            decisions, classes = score_schema.decisions(scores), score_schema.classes(scores)
            results.append(
                ImageResult(image.name, scores, decisions, model_version=version, classes=classes)
            )
        return results
