"""For whoever scans a card without an edge: the scan page behind every QR code, and partners' pages."""
