"""Where the parts of a passenger's body are, before the posture bends it."""

import dataclasses

import numpy as np

from graftnet_tf.lift_scenes.people.passenger import Passenger
from graftnet_tf.lift_scenes.scene.canvas import Point, Posture

HEAD_RY = {"baby": 0.15, "child": 0.105}
HIP_Y = {"baby": 0.64, "child": 0.55}
ADULT_HEAD_RY, ADULT_HIP_Y = 0.08, 0.51
CAMERA_TILT = 0.16


@dataclasses.dataclass(frozen=True)
class Body:
    """Lengths and positions in units of the passenger's own height.

    Attributes:
      head: Centre of the head; `rx`, `ry` its half axes.
      face_x: Place of the middle of the face; off the head's centre when turned.
      shoulder, waist, hip: Half widths, at `shoulder_y`, `waist_y`, `hip_y`.
      limb: Thickness of an upper arm's half; legs go by it.
      arm: Length of the upper arm, and of the forearm.
    """

    head: Point
    rx: float
    ry: float
    face_x: float
    shoulder: float
    shoulder_y: float
    waist: float
    waist_y: float
    hip: float
    hip_y: float
    knee_y: float
    limb: float
    arm: float

    @property
    def chest_y(self) -> float:
        return self.shoulder_y + 0.45 * (self.waist_y - self.shoulder_y)

    @property
    def chin_y(self) -> float:
        return self.head[1] + self.ry


def body_of(passenger: Passenger) -> Body:
    ry = HEAD_RY.get(passenger.age, ADULT_HEAD_RY)
    rx = ry * (0.86 if passenger.age == "baby" else 0.76)
    hip_y = HIP_Y.get(passenger.age, ADULT_HIP_Y)
    grown = passenger.age not in HEAD_RY
    man = grown and passenger.gender == "male"
    detection_filter = passenger.build * (1 - 0.2 * passenger.turn)
    shoulder_y = 2 * ry + (0.0 if passenger.age == "baby" else 0.03)
    paunch = 0.02 if passenger.age == "middle_age" else 0.0
    return Body(
        head=(0.0, ry + 0.025 * passenger.head_tilt),
        rx=rx,
        ry=ry,
        face_x=0.42 * passenger.turn * rx,
        shoulder=(0.134 if man else 0.102) * detection_filter,
        shoulder_y=shoulder_y,
        waist=((0.098 if man or not grown else 0.078) + paunch) * detection_filter,
        waist_y=shoulder_y + 0.68 * (hip_y - shoulder_y),
        hip=(0.092 if man or not grown else 0.11) * detection_filter,
        hip_y=hip_y,
        knee_y=hip_y + 0.48 * (1 - hip_y),
        limb=(0.031 if man else 0.027) * passenger.build * (1.5 if passenger.age == "baby" else 1),
        arm=0.52 * (hip_y - shoulder_y),
    )


def posture_of(passenger: Passenger) -> Posture:
    """Stoop and lean move what is above the hip; a high camera widens what is near it."""

    def posture(points: np.ndarray) -> np.ndarray:
        x, y = points[:, 0], points[:, 1]
        raised = np.maximum(0.0, ADULT_HIP_Y - y)
        x = x * (1 + CAMERA_TILT * (0.5 - y))
        x = x + 0.05 * passenger.lean * raised + 0.32 * passenger.stoop * raised**1.6
        return np.stack([x, y + 0.2 * passenger.stoop * raised**1.6], 1)

    return posture
