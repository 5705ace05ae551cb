"""What is told to those who run the portal, if they ask for it: figures, errors, traces (docs/decisions/health-and-metrics.md).

Never who did what, nor what anybody wrote. ``beginning`` is where it begins; nothing imports a library of somebody's before a
setting asks for it.
"""
