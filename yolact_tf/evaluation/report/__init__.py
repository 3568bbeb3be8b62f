"""An evaluation as a directory to look at."""

from yolact_tf.evaluation.report.directory import Subject as Subject
from yolact_tf.evaluation.report.directory import check_replaceable as check_replaceable
from yolact_tf.evaluation.report.directory import write_report as write_report

__all__ = ["Subject", "check_replaceable", "write_report"]
