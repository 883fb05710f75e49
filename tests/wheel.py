"""Builds the wheel, installs it into an empty environment, and runs its commands from another folder.

The tree hides what a wheel lacks: a `.sql` file that is not package data, a package that is not found.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS = (
    ("python", "-m", "scheduler_service", "--help"),
    ("python", "-m", "executor_service", "--help"),
    ("workflows", "--help"),
    # Reads every .sql file: each module loads its own when it is imported.
    ("python", "-c", "import scheduler_service.bootstrap, executor_service.bootstrap"),
)


def main() -> None:
    """Build, install, run; ends with an error when a command does."""
    with tempfile.TemporaryDirectory(prefix="wheel ") as folder:
        place = Path(folder)
        _run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, str(ROOT)], cwd=ROOT)
        (wheel,) = place.glob("*.whl")
        venv.create(place / "env", with_pip=True)
        python = place / "env" / "bin" / "python"
        constraints = ["--constraint", str(ROOT / "constraints.txt")]
        _run([str(python), "-m", "pip", "install", "--quiet", *constraints, str(wheel)], cwd=place)
        for name, *words in COMMANDS:
            _run([str(python.parent / name), *words], cwd=place)
    sys.stdout.write("The wheel installs, and its commands run from another folder.\n")


def _run(command: list[str], *, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


if __name__ == "__main__":
    main()
