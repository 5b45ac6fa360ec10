"""Members' own accounts: how they prove who they are, and invitations to companies."""
