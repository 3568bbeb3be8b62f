"""What client, server and monitoring agree on; light to import."""
