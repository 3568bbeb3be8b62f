"""Other runtimes with the composed network, each in a process of its own."""

import os
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path

from graftnet_tf.models.precision import BFLOAT16, native_precision
from tests.benchmarks.composed_graph.session import THREADS
from tests.benchmarks.peer_process import PeerProcess

_HERE = Path(__file__).parent
RUNTIMES = {  # by name: file, and what OpenVINO computes in
    "ONNX Runtime": ("float32.onnx", "f32"),
    "ONNX Runtime, int8": ("int8.onnx", "f32"),
    "OpenVINO": ("float32.xml", "f32"),
    "OpenVINO, bfloat16": ("float32.xml", "bf16"),
    "OpenVINO, int8": ("int8.xml", "f32"),
}


class Peers:
    """Times runs on request; see peer_models.py and runtime_process.py."""

    def __init__(self, python: str, graph: str, names: Collection[str]):
        """Converts the GraphDef file `graph` with that interpreter, beside it; takes minutes.

        There is no peer in bfloat16 where this machine does not compute in it.

        Args:
          python: Interpreter.
          graph: File, in a folder of its own.
          names: Of `RUNTIMES`.
        """
        folder = os.path.join(os.path.dirname(graph), "peers")
        os.makedirs(folder)
        runtimes = {
            name: RUNTIMES[name]
            for name in names
            if BFLOAT16 not in name or native_precision() == BFLOAT16
        }
        files = sorted({file for file, _ in runtimes.values()})
        script = str(_HERE / "peer_models.py")
        subprocess.run([python, script, graph, folder, *files], check=True)
        self._processes = {
            name: PeerProcess(
                python,
                _HERE / "runtime_process.py",
                os.path.join(folder, file),
                precision,
                THREADS,
            )
            for name, (file, precision) in runtimes.items()
        }
        for process in self._processes.values():
            process.ask(1)  # now it holds its model, and the file may go

    def calls(self, batch: int) -> dict[str, Callable[[], float]]:
        """By runtime, a function that runs one batch and returns the seconds it took."""

        def call(process: PeerProcess) -> Callable[[], float]:
            return lambda: process.ask(batch)

        return {name: call(process) for name, process in self._processes.items()}

    def close(self) -> None:
        """Ends the processes."""
        for process in self._processes.values():
            process.close()
