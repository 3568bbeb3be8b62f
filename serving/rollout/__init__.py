"""Moving a served model from canary to stable, and back, on TF Serving or `graftnet-serve`."""
