"""What an organization decides for itself: its name, and how open it is to people who are not known."""
