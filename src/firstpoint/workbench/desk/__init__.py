"""What people set up for themselves: choices in a queue that they use every day, under their own names."""
