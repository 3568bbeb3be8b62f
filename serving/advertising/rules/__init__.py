"""The operator's schema: which advertisement for whom, where and when."""
