"""The embedded model server, with TF Serving's gRPC API."""
