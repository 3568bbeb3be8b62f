VENV := .venv
PYTHON ?= python3.11
BIN := $(VENV)/bin
SOURCES := graftnet_tf yolact_tf serving pipelines tests
WORKSPACE ?= $(CURDIR)/build/demo
