"""ONNX Runtime with the composed network, in a process of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.composed_graph.session import THREADS


class OnnxPeer:
    """Times runs on request; see onnx_convert.py and onnx_process.py."""

    def __init__(self, python: str, graph: str):
        """Converts the GraphDef file `graph` with that interpreter, beside it; takes a minute."""
        model = os.path.join(os.path.dirname(graph), "model.onnx")
        subprocess.run([python, _script("onnx_convert.py"), graph, model], check=True)
        self._process = subprocess.Popen(
            [python, _script("onnx_process.py"), model, str(THREADS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._line()

    def call(self, batch: int) -> Callable[[], float]:
        """A function that runs one batch and returns the seconds it took."""

        def run() -> float:
            assert self._process.stdin
            self._process.stdin.write(f"{batch}\n")
            self._process.stdin.flush()
            return float(self._line())

        return run

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"ONNX Runtime's process ended with {self._process.wait()}.")
        return line


def _script(name: str) -> str:
    return str(Path(__file__).with_name(name))
