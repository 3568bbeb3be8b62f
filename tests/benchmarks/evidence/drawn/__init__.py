"""What the paper's parts are worth on drawn lift scenes: docs/evidence_drawn.md.

    python -m tests.benchmarks.evidence.drawn draw --workspace=W --results=DIR
    python -m tests.benchmarks.evidence.drawn trunks|mining|labels --workspace=W --results=DIR \
        --initial_weights=FILE.npz --seed=0
    python -m tests.benchmarks.evidence.drawn report --workspace=W --results=DIR

Each word is a process of its own; what is in DIR is not done again. `mining` takes the trunk of 15
labels that `labels` trains.
"""
