"""Who may do what at the hub: roles, users, how they sign in. The rules of doors are not here but in contract/."""
