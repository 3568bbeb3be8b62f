"""Beside a lift's camera: uploads a snapshot when something moves or the door signals."""
