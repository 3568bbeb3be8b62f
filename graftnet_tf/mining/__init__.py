"""Hard-negative mining: which negatives a branch is best trained on (paper 3.4).

After Cui et al. 2018, "Large Scale Fine-Grained Categorization and Domain-Specific Transfer
Learning": sets of images are compared by the earth mover's distance of their features.
"""
