"""The laptop's side of synchronisation; `wire` is shared with the server."""
