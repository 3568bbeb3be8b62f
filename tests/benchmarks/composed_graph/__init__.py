"""Speed, size and load time of composed models; `python -m tests.benchmarks.composed_graph`."""
