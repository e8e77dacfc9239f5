"""A counted report in a format: lines for people, JSON, CSV. Pages and printed pages need the extra `report`."""
