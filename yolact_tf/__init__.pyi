from .checkpoints.person_model import load_person_model as load_person_model
from .checkpoints.state_dict import load_torch_state_dict as load_torch_state_dict
from .errors import YolactError as YolactError
from .inference.people_finder import PeopleFinder as PeopleFinder
from .models.yolact import build_yolact as build_yolact
