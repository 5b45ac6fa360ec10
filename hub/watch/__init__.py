"""Who watches the fleet: what edges tell of themselves each minute, the page of all edges, and metrics."""
