"""What memberships cost and how they are paid: providers behind one port, their word made memberships."""
