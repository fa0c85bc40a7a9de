"""A process that reads files and says how long each took, for `benchmark.py`: one for each version that is compared.

    python scripts/benchmark_reader.py ROOT BUNDLE FILE...

ROOT is the checkout whose package is timed. Each line `NUMBER BEAM` of the input, -1 for all files in one go and 0 for
the usual beam, is answered by a line of JSON: processor time in seconds, and the LaTeX of each file.
"""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))


def main() -> None:
    """Answer until there is no line more."""
    root, bundle, *files = sys.argv[1:]
    sys.path.insert(0, root)
    import crohme  # that of the checkout

    recognizer = crohme.load(bundle)
    for line in sys.stdin:
        number, beam = map(int, line.split())
        some = files if number < 0 else [files[number]]
        begun = time.process_time()
        found = list(recognizer.recognize_many(some, beam=beam or None))
        taken = time.process_time() - begun
        # What cannot be read is an answer, too.
        latex = [type(one).__name__ if isinstance(one, Exception) else one.latex for one in found]
        print(json.dumps([taken, latex]), flush=True)


if __name__ == "__main__":
    main()
