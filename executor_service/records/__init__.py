"""Records: contacts and what is known of them, and the criteria that choose among them."""
