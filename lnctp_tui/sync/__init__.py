"""The laptop's side of synchronisation: what each part does stands in docs/synchronisation.md, "On the laptop"."""
