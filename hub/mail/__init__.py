"""What is to be mailed, kept until it is sent: knows addresses, subjects and texts alone."""
