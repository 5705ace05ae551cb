"""A Monday after a campaign's e-mail, on this machine: ``script/bench --load``.

run          starts the portal, the worker, a mail server that keeps nothing, and those who come; measures and reports
population   the people of that Monday, in the database
driving      those who come, as a process of its own (locust); journeys says what they do, browser how they ask
forms        pure: what a browser sends for a page's form
figures      pure: what was seen, as tables
machine      whose CPU time it was; how long the disk takes for a commit
"""
