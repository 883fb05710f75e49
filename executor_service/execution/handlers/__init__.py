"""Use cases of execution: accept what is due, evaluate, advance, count losses, find an occurrence's end."""
