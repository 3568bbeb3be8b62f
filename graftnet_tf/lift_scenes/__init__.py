"""Drawn lift snapshots with ground truth, for demonstrations and tests.

`scene.render_snapshot` and what it needs import no TensorFlow, so that the processes that
draw start fast; `tasks`, `dataset` and `sub_datasets` tie the drawings to the library.
"""
