"""Left empty by `bindings.sh`: what componentize-py writes here is for components only, and Python before 3.14 stumbles over it."""
