"""What the words themselves say: weights of single words and short runs of them, fitted to annotated logs."""
