"""`python -m executor_service.cli` is the `workflows` command, also where that is not installed."""

from executor_service.cli.commands import main

main()
