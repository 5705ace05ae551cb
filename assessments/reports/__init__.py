"""A round as a gap report: read once, scored, worded, and kept as a PDF."""
