"""What templates of all faces ask for."""
