"""Appeals of victims and reporters who were told that no crime was recorded, and their new information."""
