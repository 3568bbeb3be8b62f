"""The embedded model server: TF Serving's gRPC API on a machine without its binary."""
