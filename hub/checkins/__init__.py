"""What readers saw and decided."""
