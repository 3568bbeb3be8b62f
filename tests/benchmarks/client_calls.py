"""The client beside the bare stub of tensorflow-serving-api, of a server that answers at once.

    python -m tests.benchmarks.client_calls [--images=1] [--turns=10]

Drawn JPEG files are sent and scores of three attributes come back; the server is a process of its
own. The stub's request is made by `tf.make_tensor_proto`, its answer read by `tf.make_ndarray`.
Both take turns; prints one JSON object, with milliseconds of a call.
"""

import multiprocessing
import statistics
from multiprocessing.connection import Connection

import grpc
import tensorflow as tf
from absl import flags
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from pipelines import shell
from serving.client.synchronous import AttributeClient
from tests.benchmarks.turns import seconds_of_turns, times_as_fast
from tests.serving.client.scripted_server import images_of, scores_reply, serving
from tests.serving.sample_images import image_file
from tests.serving.soak.clients import image_request

IMAGES = flags.DEFINE_integer("images", 1, "In a call.", lower_bound=1)
TURNS = flags.DEFINE_integer("turns", 10, "Of each.", lower_bound=1)

_CALLS = 50  # of a turn


def main() -> None:
    images = [image_file(seed, size=(120, 240)) for seed in range(IMAGES.value)]
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    address = here.recv()
    with AttributeClient(address) as client, grpc.insecure_channel(address) as channel:
        stub = PredictionServiceStub(channel)

        def ours() -> None:
            for _ in range(_CALLS):
                client.predict(images, batch=len(images))

        def plainly() -> None:
            for _ in range(_CALLS):
                answer = stub.Predict(image_request(images), timeout=60)
                {name: tf.make_ndarray(tensor) for name, tensor in answer.outputs.items()}

        seconds = seconds_of_turns({"client": ours, "stub": plainly}, TURNS.value)
    here.send("end")
    server.join()
    shell.print_json(
        {
            "images": IMAGES.value,
            "milliseconds_of_a_call": {
                name: round(1000 * statistics.median(some) / _CALLS, 3)
                for name, some in seconds.items()
            },
            "ratios": {
                "a call beside the bare stub": times_as_fast(seconds["client"], seconds["stub"])
            },
        }
    )


def _serve(pipe: Connection) -> None:
    """Answers until told to end."""

    with serving(lambda request, _: scores_reply(len(images_of(request)))) as address:
        pipe.send(address)
        pipe.recv()


if __name__ == "__main__":
    shell.run(main)
