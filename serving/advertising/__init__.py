"""The paper's application (3.7): passengers' attributes choose what each lift's screen shows."""
