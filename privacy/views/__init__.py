"""The pages of privacy: one file per noun."""
