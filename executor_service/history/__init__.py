"""What happened: rows projected from the log, and the calls that read them.

Comes in: the executor's own log, through the horizon. Goes out: HTTP answers, and `workflows.history.v1` with one
message a record. Nothing here is a source of truth: all of it can be thrown away and rebuilt.
"""
