"""The pure rules of records: what a property may hold, how a value is read and written, how letters compare."""
