"""Do strategies of choosing images need fewer labels than labelling any: annotators simulated."""
