"""The language and machinery of both services; knows no service.

What crosses between the services: `contracts`, `schedule`, `recurrence`. What both are built on: the event log
(`event_store`, `horizon`, `relay`), the servers (`postgres`, `kafka`, `cloud_events`, `dead_letters`), and `clock`,
`failpoints`, `health`, `logs`. `memory` holds the fakes, which pass the same suites as the real things.
"""
