"""What GraftNet's scores are worth beside what a team would do instead: docs/evidence.md.

    python -m tests.benchmarks.evidence run --workspace=W --task=hat,bag --regime=disjoint \
        --initial_weights=FILE.npz --height=192 --width=96 --results=DIR --scratch=DIR
    python -m tests.benchmarks.evidence report --workspace=W --results=DIR …

`run` trains each contender for each seed and keeps its scores of validation and test photos; it
reads no label of a test photo. What is there is not done again. `report` opens the test labels,
writes down that it did, and compares.
"""
