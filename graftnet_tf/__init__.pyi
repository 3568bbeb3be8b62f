from .branch.config import BranchConfig as BranchConfig
from .branch.train import train_branch as train_branch
from .errors import GraftNetError as GraftNetError
from .evaluation.evaluate import evaluate as evaluate
from .mining.config import MiningConfig as MiningConfig
from .mining.mine import mine_negatives as mine_negatives
from .trunk.pretraining import TrunkConfig as TrunkConfig
from .trunk.pretraining import train_trunk as train_trunk
from .workspace.tasks import Task as Task
from .workspace.workspace import Workspace as Workspace

__version__: str
