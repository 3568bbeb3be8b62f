"""The network: backbone features to raw outputs."""
