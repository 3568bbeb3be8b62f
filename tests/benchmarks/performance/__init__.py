"""Every part beside a named peer, in one table: `make bench`."""
