from graftnet_tf.registry.served_models import GRAFTNET_DIR
from serving.model_server.server import ModelServer
from tests.serving.fuzz.campaign import Campaign

MESSAGES = 300


def test_hostile_messages_get_their_status_and_harm_nobody(workspace):
    with ModelServer(workspace.path(*GRAFTNET_DIR), poll_seconds=0) as server:
        campaign = Campaign(server.address)
        campaign.run(range(MESSAGES))
    assert campaign.wrong == []
    assert campaign.harmed == []
    assert campaign.honest > 0
    assert sum(campaign.statuses.values()) == MESSAGES
    assert {status for _, status in campaign.statuses} >= {
        "OK",
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "FAILED_PRECONDITION",
    }
