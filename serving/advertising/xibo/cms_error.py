"""Why the CMS did not do what it was asked."""

from graftnet_tf.errors import GraftNetError


class CmsError(GraftNetError):
    """A request to the CMS failed.

    Attributes:
      is_of_group: Whether it was refused for this display group, while others may do; otherwise
        the CMS, its token or the way to it is what fails.
    """

    def __init__(self, message: str, *, is_of_group: bool = False):
        super().__init__(message)
        self.is_of_group = is_of_group
