"""What is run rather than installed: the local servers, the sample data, the demo."""
