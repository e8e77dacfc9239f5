"""What is on the screen only while somebody practises."""
