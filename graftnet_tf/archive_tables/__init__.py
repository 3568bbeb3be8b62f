"""An archive's images, few or millions, to Parquet tables: what is said of each is the caller's."""
