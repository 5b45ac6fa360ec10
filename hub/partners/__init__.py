"""The partners: who redeems benefits of the organization's members."""
