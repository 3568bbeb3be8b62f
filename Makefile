# make demo   sets up and runs the main job on drawn lift scenes
# make test   sets up, lints, type-checks, builds the documentation and tests
# make docs   sets up and builds the documentation into build/site
# make demo-current, make test-current   the same on today's TensorFlow; docs/current_tensorflow.md

PYTHON    ?= python3.11
VENV      := .venv
BIN       := $(VENV)/bin
BEAM      := build/beam
CURRENT   := build/current
SOURCES   := graftnet_tf yolact_tf serving pipelines tests
WORKSPACE ?= build/demo

export TF_CPP_MIN_LOG_LEVEL ?= 3
export NO_MKDOCS_2_WARNING := 1
# Without bytecode, every process of the tests compiles the sources and rewrites the tests anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test docs demo-current test-current fast-current crossover slow kill soak conformance bench beam par evidence descriptors sample lock clean

demo: $(VENV)/ready
	rm -rf $(WORKSPACE)
	$(BIN)/python -m pipelines.demo --workspace=$(WORKSPACE)

demo-current: $(CURRENT)/ready
	rm -rf $(WORKSPACE)-current
	$(CURRENT)/bin/python -m pipelines.demo --workspace=$(WORKSPACE)-current

# What either TensorFlow has made, used by the other; docs/current_tensorflow.md.
crossover: $(VENV)/ready $(CURRENT)/ready
	OTHER_PYTHON=$(CURRENT)/bin/python $(BIN)/python -m pytest -m slow -s tests/crossover
	OTHER_PYTHON=$(BIN)/python $(CURRENT)/bin/python -m pytest -m slow -s tests/crossover

# Three processes share two cores, since many tests wait; each computes in one thread (tests/conftest.py).
test: $(VENV)/ready
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/mkdocs build --strict --quiet
	$(BIN)/pytest $(IN_THREE) tests

test-current: $(CURRENT)/ready
	$(CURRENT)/bin/python -m pytest $(IN_THREE) tests

# What of the tests exercises TensorFlow most, and other packages that differ; part of .ci/run.
fast-current: $(CURRENT)/ready
	$(CURRENT)/bin/python -m pytest $(IN_THREE) $(EXERCISES_TENSORFLOW)

IN_THREE := -n 3 --dist=loadscope --no-loadscope-reorder -m "not slow"
EXERCISES_TENSORFLOW := $(addprefix tests/,test_deprecated_calls.py \
	$(addprefix graftnet_tf/,branch data features io/test_tensorflow_stack.py trunk workspace/test_manifest.py) \
	$(addprefix serving/,advertising/creatives advertising/lift_agent/test_motion.py composition/test_compose.py \
	model_server/models test_promises.py tf_serving_api) yolact_tf/training)

# Strict: a link to nothing, or an argument that a docstring names and a function has not, fails.
docs: $(VENV)/ready
	$(BIN)/mkdocs build --strict --quiet

# Longer runs, among them the demo itself with kills and real data.
slow: $(VENV)/ready
	$(BIN)/pytest -m slow tests

# Hundreds of kills of trainings, minings, compositions and publications; part of `slow`.
kill: $(VENV)/ready
	$(BIN)/pytest -m slow -s tests/kills

# Minutes of load, version swaps, kills and hostile messages on loopback; docs/embedded_server.md.
soak: $(VENV)/ready
	$(BIN)/python -m tests.serving.soak $(SOAK_FLAGS)

# Whether another server answers as the embedded one does; docs/serving.md.
conformance: $(VENV)/ready
	@test -n "$$TF_SERVING_ADDRESS" || { echo "Name the server: TF_SERVING_ADDRESS=host:8500 make conformance" >&2; exit 2; }
	$(BIN)/pytest -rs tests/serving/conformance

# A public person-attribute data set, from its files to the protocol's figures; docs/person_attributes.md.
PAR            ?= build/par-$(FORMAT)
TRUNK_FLAGS    ?= --initial_weights=imagenet --height=256 --width=192
BRANCH_FLAGS   ?=
PUBLISHED      ?= $(or $(and $(filter pa100k pulc,$(FORMAT)),pa100k),$(filter peta,$(FORMAT)))
par: $(VENV)/ready
	@test -n "$(FORMAT)" -a -n "$(SOURCE)" || { echo "Name the data set: make par FORMAT=pa100k SOURCE=DIR" >&2; exit 2; }
	$(BIN)/python -m pipelines.prepare_tasks --workspace=$(PAR) --format=$(FORMAT) --source=$(SOURCE)
	$(BIN)/python -m pipelines.train_trunk --workspace=$(PAR) $(TRUNK_FLAGS)
	$(BIN)/python -m pipelines.train_branch --workspace=$(PAR) $(BRANCH_FLAGS) \
		--task="$$(ls $(PAR)/tasks | paste -sd, -)"
	$(BIN)/python -m pipelines.compose --workspace=$(PAR)
	$(BIN)/python -m pipelines.evaluate --workspace=$(PAR) --protocol=par $(PUBLISHED:%=--published=%)

# Every part beside a named peer, in one table, build/bench/table.md; an hour; docs/performance.md.
bench: $(VENV)/ready
	$(BIN)/python -m tests.benchmarks.performance --output=build/bench $(ROWS:%=--row=%) \
		$(PEERS:%=--peer_python=%/bin/python) $(YOLACT:%=--yolact=%)

# Jobs by workers of Apache Beam, killed among them, in an environment of its own; docs/offline_jobs.md.
beam: $(BEAM)/ready
	$(BEAM)/bin/python -m pytest -rs tests/graftnet_tf/io/test_part_runs.py tests/graftnet_tf/archive_features \
		tests/graftnet_tf/dataset_statistics tests/serving/archive_scoring tests/pipelines/test_score.py \
		tests/pipelines/test_archive_binaries.py tests/yolact_tf/person_crops/test_parts.py

$(BEAM)/ready: requirements-beam.lock
	$(PYTHON) -m venv $(BEAM)
	$(BEAM)/bin/pip install --quiet --require-hashes --no-deps -r requirements-beam.lock
	touch $@

# One lock for both: the same versions are resolved for 3.12 and for 3.13.
CURRENT_PYTHON ?= python3.12

$(CURRENT)/ready: requirements-current.lock setup.cfg
	@$(CURRENT_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))' 2>/dev/null || \
		{ echo "Today's TensorFlow is tested with Python 3.12, which '$(CURRENT_PYTHON)' is not: run make CURRENT_PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(CURRENT_PYTHON) -m venv $(CURRENT)
	$(CURRENT)/bin/pip install --quiet --require-hashes --no-deps -r requirements-current.lock
	$(CURRENT)/bin/pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/ready: requirements.lock setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
		{ echo "GraftNet-TF needs Python 3.11, which '$(PYTHON)' is not: run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

# What GraftNet's scores are worth beside other ways, on CCP or PA-100K; hours; docs/evidence.md.
PHOTOS     ?= pa100k
REGIME     ?= disjoint
PUBLIC     ?= ../shared/weights/inceptionv3_public_notop.npz
CONTENDERS := dynamic_trunk public_trunk joint full_networks adapters public_probe
EVIDENCE   := build/evidence/$(PHOTOS)
TASKS.ccp    := sunglasses,bag,skirt,dress,coat,belt
TASKS.pa100k := Female,ShortSleeve,Trousers,HandBag,ShoulderBag,Glasses
SLICES.pa100k := Front,Side,Back
COMPARE     = $(BIN)/python -m tests.benchmarks.evidence --workspace=$(EVIDENCE)/workspace --task=$(TASKS.$(PHOTOS)) \
	--regime=$(REGIME) --initial_weights=$(PUBLIC) --results=$(EVIDENCE)/$(REGIME)

evidence: $(VENV)/ready
	test -d $(EVIDENCE)/workspace || $(BIN)/graftnet-prepare-tasks --workspace=$(EVIDENCE)/workspace \
		--format=$(PHOTOS) --source=../shared/data/$(PHOTOS)
	mkdir -p $(EVIDENCE)/$(REGIME)
	$(foreach contender,$(CONTENDERS),$(COMPARE) run --contender=$(contender) &&) true
	$(COMPARE) grow
	$(COMPARE) report --slice=$(SLICES.$(PHOTOS))

# TF Serving's messages for the client, from the tensorflow-serving-api that is installed.
descriptors: $(VENV)/ready
	$(BIN)/python -m serving.tf_serving_api.collect

# The snapshot that warms up passengers models, drawn anew.
sample: $(VENV)/ready
	$(BIN)/python -m serving.composition.samples.draw

# Resolves setup.cfg anew, also with Apache Beam, and what the independent clients of conformance tests are installed from; needs uv.
COMPILE := uv pip compile --generate-hashes --no-emit-index-url --no-header \
	--python-platform x86_64-unknown-linux-gnu --quiet
SET     := --python-version 3.11
CLIENTS := $(basename $(wildcard tests/serving/conformance/independent/*.in))

lock:
	$(COMPILE) $(SET) setup.cfg --extra all --extra advertising --extra dev --extra docs --output-file requirements.lock
	$(COMPILE) $(SET) setup.cfg --extra all --extra beam --extra dev --output-file requirements-beam.lock
	$(COMPILE) --python-version 3.12 setup.cfg --extra current --extra advertising --extra dev --extra docs \
		--output-file requirements-current.lock
	$(foreach client,$(CLIENTS),$(COMPILE) $(SET) $(client).in --output-file $(client).txt &&) true

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
