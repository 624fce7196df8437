"""The version, which is that of the command line inside."""

import json

from ._paths import JS

__version__: str = json.loads((JS / "package.json").read_text("utf-8"))["version"]
