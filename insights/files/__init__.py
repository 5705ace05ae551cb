"""Files that a line manager and an analyst take away: what their pages say, as PDF, Excel and CSV."""
