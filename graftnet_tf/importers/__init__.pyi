from .formats import import_csv as import_csv
from .formats import import_folders as import_folders
