"""An archive's images, few or millions, scored by a composed or passengers model into Parquet."""
