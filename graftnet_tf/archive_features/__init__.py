"""Features of an archive's images: one vector of the trunk each, as minings compare them."""
