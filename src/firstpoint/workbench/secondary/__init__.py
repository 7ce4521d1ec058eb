"""Secondary incidents and reports by professionals, each read for the crimes that it discloses itself."""
