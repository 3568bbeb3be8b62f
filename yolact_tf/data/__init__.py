"""From COCO files to training batches."""
