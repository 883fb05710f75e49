"""What `make demo` shows a visitor: one scheduled workflow, from the schedule to the history, on real servers."""
