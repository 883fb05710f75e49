"""What every later release must read as this one does: logs that ran through the product, ids, events, messages."""
