"""The whole service on one machine, with drawn lifts and drawn advertisements."""
