"""The precisions that trunks and branches are published in."""

FULL_PRECISION = "float32"
PRECISIONS = (FULL_PRECISION, "bfloat16", "float16")


def saved_model_name(precision: str) -> str:
    """Name of the folder, in a published trunk or branch, of its SavedModel in a precision."""
    return "saved_model" if precision == FULL_PRECISION else f"saved_model_{precision}"
