"""New versions of the program: signing them, offering them, and the check that a version makes of itself."""
