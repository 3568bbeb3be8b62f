"""Files to deploy the service with: the configuration of its broker."""
