"""Flags of the binaries that find people: the network, what counts, how crops are cut."""

from absl import flags

from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.person_model import person_model_path
from yolact_tf.inference.people_finder import CropStyle
from yolact_tf.inference.segmenter import Segmenter, Selection

_SELECTION = Selection()
_STYLE = CropStyle()

WEIGHTS = flags.DEFINE_string(
    "weights",
    None,
    "Weight file of train_yolact or convert_yolact; the shipped person model by default.",
)
CLASSES = flags.DEFINE_list(
    "classes", ",".join(_SELECTION.classes), "Classes to cut out; empty for all of the network's."
)
MIN_SCORE = flags.DEFINE_float(
    "min_score",
    _SELECTION.min_score,
    "People must score above it.",
    lower_bound=0,
    upper_bound=1,
)
MIN_SIZE = flags.DEFINE_integer(
    "min_size", _SELECTION.min_size, "Shorter side of a person's box, pixels.", lower_bound=1
)
MIN_FILL = flags.DEFINE_float(
    "min_fill",
    _SELECTION.min_fill,
    "Share of its box that a person's mask must fill.",
    lower_bound=0,
    upper_bound=1,
)
MAX_PEOPLE = flags.DEFINE_integer(
    "max_people", _SELECTION.max_people, "Of an image; the best are kept.", lower_bound=1
)
CROSS_CLASS = flags.DEFINE_bool(
    "cross_class", _SELECTION.cross_class, "Non-maximum suppression over all classes together."
)
SEPARATE = flags.DEFINE_bool(
    "separate", _SELECTION.separate, "Give every pixel to one person at most."
)
MARGIN = flags.DEFINE_float(
    "margin",
    _STYLE.margin,
    "Share of a box's sides by which it is widened on each side.",
    lower_bound=0,
)
FILL_COLOR = flags.DEFINE_list(
    "fill_color", ",".join(map(str, _STYLE.fill)), "R,G,B of what is not the person, 0 to 255."
)


def weights_path() -> str:
    """The weight file that the flags name.

    Raises:
      YolactError: none is named and the package was installed without one.
    """
    return WEIGHTS.value or person_model_path()


def selection() -> Selection:
    """Which detections the flags have count."""
    return Selection(
        classes=tuple(CLASSES.value),
        min_score=MIN_SCORE.value,
        min_size=MIN_SIZE.value,
        min_fill=MIN_FILL.value,
        max_people=MAX_PEOPLE.value,
        cross_class=CROSS_CLASS.value,
        separate=SEPARATE.value,
    )


def segmenter() -> Segmenter:
    """The segmenter that the flags ask for."""
    return Segmenter(*weights_file.load(weights_path()), selection())


def style() -> CropStyle:
    """How crops are to be cut.

    Raises:
      flags.Error: --fill_color is not three numbers.
      YolactError: they are out of range.
    """
    try:
        red, green, blue = map(int, FILL_COLOR.value)
    except ValueError:
        raise flags.Error(f"--fill_color is {FILL_COLOR.value}; expected R,G,B.") from None
    return CropStyle(MARGIN.value, (red, green, blue))
