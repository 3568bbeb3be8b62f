import pytest

from serving.advertising.store import audit
from tests.serving.advertising.operator_pages.operator_client import Operator


@pytest.fixture
def admin(service):
    return Operator(service)


@pytest.fixture
def audited(service):
    """Tells what the audit log has of operators, the newest first, but for logins."""

    def entries():
        found = service.read(audit.latest, 100)
        return [
            (entry["operator"], entry["action"], entry["subject"], entry["detail"])
            for entry in found
            if entry["action"] != "logged in"
        ]

    return entries
