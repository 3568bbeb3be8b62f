"""What passengers show, as schedule criteria of a Xibo CMS, for operators whose screens run Xibo.

Events in the CMS's schedule name the criteria; this sets their values through its API.

Example:
  async with XiboAdapter(settings) as xibo:
    xibo.update("lift-1", {"graftnet_holding_baby": "1"})
"""

from serving.advertising.xibo.adapter import XiboAdapter
from serving.advertising.xibo.settings import XiboSettings

__all__ = ["XiboAdapter", "XiboSettings"]
