"""Whether scores in service are spread as they were when the model was measured."""
