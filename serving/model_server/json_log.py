"""Log lines as JSON objects, one a line, for machines to read."""

import datetime
import json
import logging

from serving.model_server.requests.call import Call

_CALLS = logging.getLogger("serving.model_server.calls")
_QUIET = {"OK": logging.DEBUG, "INTERNAL": logging.ERROR, "UNKNOWN": logging.ERROR}


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object: time, severity, message, and the call if it has one."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "severity": record.levelname,
            "message": record.getMessage(),
            **getattr(record, "call", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_call(call: Call) -> None:
    """Logs a call that ended: refused ones at INFO, answered ones at DEBUG, no content."""
    level = _QUIET.get(call.code.name, logging.INFO)
    if _CALLS.isEnabledFor(level):
        fields = {
            "method": call.method,
            "model": call.model,
            "version": call.version,
            "signature": call.signature,
            "rows": call.rows,
            "batch_rows": call.batch_rows,
            "waited_ms": round(1000 * call.waited, 3),
            "ms": round(1000 * call.seconds, 3),
            "code": call.code.name,
        }
        text = f"{call.method} {call.model} {call.code.name} {call.error}".rstrip()
        _CALLS.log(level, text, extra={"call": fields})
