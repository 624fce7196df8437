"""Where the package has its JavaScript."""

from pathlib import Path

JS = Path(__file__).parent / "_js"
MAIN = JS / "dist" / "cli" / "main.cjs"
