"""PostgreSQL and Apache Kafka from Python packages, for a machine with nothing but Python, git and make."""
