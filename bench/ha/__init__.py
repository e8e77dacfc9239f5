"""Three machines on loopback that lose one another, with the shipped settings and laptops that go on recording."""
