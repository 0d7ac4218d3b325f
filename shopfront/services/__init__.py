"""Writes of the ground: outbox, audit, idempotency, consent."""
