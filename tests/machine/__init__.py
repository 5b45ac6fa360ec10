"""The installed edge on a whole machine: a kernel's keyboard, serial ports, pins and clock, and its power cut."""
