"""What is on a disk after its power was cut: of a machine that is killed, and of a log of all that was written."""
