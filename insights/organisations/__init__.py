"""What an analyst sees of an organisation: the figures of its latest release, and nothing else."""
