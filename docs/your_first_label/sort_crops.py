"""Sorts crops of Clothing Co-Parsing into one folder per label: sort_crops.py CCP PEOPLE OUTPUT."""

import csv
import pathlib
import shutil
import sys

from scipy.io import loadmat

LABELS = {
    "bag": {"bag", "purse", "wallet"},
    "coat": {"coat"},
    "dress": {"dress"},
    "hat": {"hat"},
}

ccp, people, output = map(pathlib.Path, sys.argv[1:])
names = [str(name[0]) for name in loadmat(ccp / "label_list.mat")["label_list"].ravel()]

# A photo shows one labelled person, who is the largest in it; passers-by have no labels.
largest: dict[str, dict[str, str]] = {}
with open(people / "people.csv", newline="") as file:
    for row in csv.DictReader(file):
        area = (int(row["x2"]) - int(row["x1"])) * (int(row["y2"]) - int(row["y1"]))
        known = largest.get(row["source"])
        if known is None or area > int(known["area"]):
            largest[row["source"]] = {**row, "area": str(area)}

for image, row in largest.items():
    number = pathlib.Path(image).stem
    pixels = loadmat(ccp / "annotations" / "pixel-level" / f"{number}.mat")["groundtruth"]
    worn = {names[index] for index in set(pixels.ravel().tolist())}
    for task, labels in LABELS.items():
        label = "positive" if worn & labels else "negative"
        folder = output / task / label
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(people / row["crop"], folder / pathlib.Path(row["crop"]).name)
