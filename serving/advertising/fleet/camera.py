"""A lift's camera, as a gateway knows it."""

import httpx

from serving.advertising.fleet.members import Member


class Camera:
    """Uploads the snapshots of one boot, each with the next number."""

    def __init__(self, http: httpx.AsyncClient, member: Member, boot_id: str):
        """Prepares nothing but itself.

        Args:
          http: Client of the gateway.
          member: The lift and its token.
          boot_id: UUID of the boot.
        """
        self._http, self._member, self._boot_id = http, member, boot_id
        self._sequence = 0

    async def upload(self, jpeg: bytes) -> httpx.Response:
        """The gateway's answer to a snapshot.

        Raises:
          httpx.TransportError: there is none.
        """
        self._sequence += 1
        return await self._http.post(
            f"/v1/lifts/{self._member.lift}/snapshots",
            content=jpeg,
            headers={
                "Authorization": f"Bearer {self._member.camera_token}",
                "Boot-Id": self._boot_id,
                "Sequence": str(self._sequence),
                "Content-Type": "image/jpeg",
            },
        )
