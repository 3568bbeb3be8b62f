"""What every training needs: the loop, batched inference, probes."""
