"""What is kept, as it is told."""

import dataclasses
import datetime
from collections.abc import Collection

from serving.crop_keeping.crop_table import KeptCrop
from serving.crop_keeping.folder_settings import FolderSettings


@dataclasses.dataclass(frozen=True)
class Holdings:
    """What a folder holds.

    Attributes:
      legal_basis: Legal basis that it is held under.
      since: Day of the folder's beginning.
      crops, snapshots, bytes: How many crops, of how many snapshots, in how many bytes.
      oldest, newest: Days on which the first and the last of them were kept, if any.
      next_expiry, last_expiry: Days at whose beginning the next and the last are deleted, if any.
      foreign_images: Images in the folder that were put there by others; none of them is deleted.
    """

    legal_basis: str
    since: datetime.date
    crops: int
    snapshots: int
    bytes: int
    oldest: datetime.date | None
    newest: datetime.date | None
    next_expiry: datetime.date | None
    last_expiry: datetime.date | None
    foreign_images: int

    @classmethod
    def of(
        cls, settings: FolderSettings, crops: Collection[KeptCrop], foreign_images: int
    ) -> "Holdings":
        """Counts crops."""
        kept, until = [crop.kept_on for crop in crops], [crop.expires_on for crop in crops]
        return cls(
            settings.legal_basis,
            settings.since,
            len(crops),
            len({crop.source for crop in crops}),
            sum(crop.bytes for crop in crops),
            min(kept, default=None),
            max(kept, default=None),
            min(until, default=None),
            max(until, default=None),
            foreign_images,
        )
