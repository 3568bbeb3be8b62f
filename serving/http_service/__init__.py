"""What HTTP services share: bodies, refusals, tokens, the server, and no trace of their memory."""
