"""The installed edge on a Raspberry Pi 3 Model B as QEMU emulates it: arm64, its own GPIO chip, its SD card."""
