"""Asks the server at the address given, in a process without TensorFlow; prints JSON.

With `--block`, modules that a light installation lacks cannot be imported.
"""

import asyncio
import importlib.abc
import json
import sys

_LIGHT = ("graftnet_tf.errors", "graftnet_tf.io", "graftnet_tf.io.tensorflow_stack")
_HEAVY = ("tensorflow", "tensorflow_serving", "keras", "absl", "scipy", "matplotlib", "yolact_tf")


class _Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        own = name.startswith("graftnet_tf.") and name not in _LIGHT
        if own or name.partition(".")[0] in _HEAVY:
            raise ModuleNotFoundError(f"{name} is not there", name=name)


address, *options = sys.argv[1:]
if options == ["--block"]:
    sys.meta_path.insert(0, _Blocked())

from serving.client import AsyncAttributeClient, AttributeClient, Tls  # noqa: E402


async def asked_asynchronously():
    async with AsyncAttributeClient(address) as client:
        return await client.predict([b"one"])


with AttributeClient(address) as client:
    results = client.predict([b"one", "no-such-file.jpg", "gs://bucket/away.jpg"])
    attributes = list(client.metadata().attributes)
try:
    Tls(ca="no-such-file.pem").credentials()
except Exception as error:
    refusal = str(error)
(asynchronous,) = asyncio.run(asked_asynchronously())
answer = {
    "scores": [result.scores for result in (results[0], asynchronous)],
    "errors": [result.error for result in results],
    "attributes": attributes,
    "refusal": refusal,
    "loaded": [name for name in _HEAVY if name in sys.modules],
}
print(json.dumps(answer))
