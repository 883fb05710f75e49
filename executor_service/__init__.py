"""The executor: who is enrolled, what is done to them, and what people see of it."""
