"""Reads variables of a .mat file, standard input, for `mat_files`; pickled to standard output."""

import io
import pickle
import sys
from collections.abc import Sequence

from scipy.io import loadmat


def main(names: Sequence[str]) -> None:
    """Writes the variables; on a damaged file, the kind of error on standard error."""
    try:
        variables = loadmat(io.BytesIO(sys.stdin.buffer.read()), variable_names=list(names))
        answer = pickle.dumps({name: variables[name] for name in names if name in variables})
    except Exception as error:  # scipy raises errors of many kinds on a damaged file
        sys.exit(type(error).__name__)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
