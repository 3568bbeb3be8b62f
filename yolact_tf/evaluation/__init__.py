"""How well a network finds objects: COCO's average precision, speed, a report."""

from yolact_tf.evaluation.categories import in_classes as in_classes
from yolact_tf.evaluation.evaluator import Evaluation as Evaluation
from yolact_tf.evaluation.evaluator import evaluate as evaluate

__all__ = ["Evaluation", "evaluate", "in_classes"]
