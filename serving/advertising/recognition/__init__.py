"""From a snapshot to its passengers' attributes, by a model server."""
