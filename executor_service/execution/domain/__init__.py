"""The rules of execution, without I/O: what an occurrence, a claim and a loss come to."""
