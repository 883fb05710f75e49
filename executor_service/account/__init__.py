"""The account: its zone, its API keys, and answers given once per `Idempotency-Key`."""
