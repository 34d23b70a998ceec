#!/usr/bin/env bash
# Writes the Python side of the contract (wit_world, componentize_py_types.py) anew, or with --check says whether it is current.
# Needs componentize-py on the PATH, in the version of host/src/toolchain/python/environment.rs.
set -euo pipefail
cd "$(dirname "$0")"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
componentize-py -q -d ../../wit -d ../provider/wit -d wit -w trading:python/python-strategy@0.1.0 bindings "$fresh"
cp wit_world/exports/__init__.py "$fresh/wit_world/exports/__init__.py"
if [ "${1:-}" = --check ]; then
  diff -r -x __pycache__ "$fresh/wit_world" wit_world
  diff "$fresh/componentize_py_types.py" componentize_py_types.py
else
  rm -rf wit_world componentize_py_types.py
  cp -r "$fresh/wit_world" "$fresh/componentize_py_types.py" .
fi
