"""A flow by which somebody joins a public plan: its steps, what is asked, and how it ends with a card."""
