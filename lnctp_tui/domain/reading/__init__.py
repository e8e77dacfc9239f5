"""What a narrative says, read sentence by sentence: offers for a person to take, never a value by itself."""
