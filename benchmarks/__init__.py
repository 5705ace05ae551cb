"""What ``script/bench`` runs: the portal's pages, measured against a floor that is rebuilt on the same machine."""
