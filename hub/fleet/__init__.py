"""Sites, edges and readers."""
