"""What leaves the Line: editions."""
