from .client.synchronous import AttributeClient as AttributeClient
from .composition.compose import compose as compose
from .lifecycle.head_promotion import promote as promote
from .lifecycle.head_promotion import roll_back as roll_back
from .model_server.server import ModelServer as ModelServer
