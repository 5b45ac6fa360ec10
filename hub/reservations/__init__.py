"""What the hub holds free for redemptions that it has confirmed and that have not come in yet."""
