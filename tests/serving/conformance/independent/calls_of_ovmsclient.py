"""Asks a server by ovmsclient, in the environment of ovmsclient.txt.

Standard input: JSON {address, model, version, input, images or files (base64)}.
Standard output: JSON {status, metadata, outputs, refusals: by call, of version 0}.
"""

import base64
import json
import sys
from typing import Any

import numpy as np
import ovmsclient

asked = json.load(sys.stdin)
client = ovmsclient.make_grpc_client(asked["address"])
inputs: dict[str, Any] = {}
if "images" in asked:
    inputs[asked["input"]] = np.array(asked["images"], np.uint8)
else:
    inputs[asked["input"]] = [base64.b64decode(file) for file in asked["files"]]
named = {"model_name": asked["model"], "model_version": asked["version"], "timeout": 100.0}
outputs = client.predict(inputs, **named)
if not isinstance(outputs, dict):
    outputs = {"": outputs}
answer = {
    "status": client.get_model_status(**named),
    "metadata": client.get_model_metadata(**named),
    "outputs": {name: np.asarray(values).tolist() for name, values in outputs.items()},
    "refusals": {},
}
for call, arguments in (("predict", (inputs,)), ("get_model_metadata", ())):
    try:
        getattr(client, call)(*arguments, model_name=asked["model"], timeout=100.0)
    except ovmsclient.tfs_compat.base.errors.ModelNotFoundError as error:
        answer["refusals"][call] = str(error)
json.dump(answer, sys.stdout)
