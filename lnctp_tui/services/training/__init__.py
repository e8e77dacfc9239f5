"""The training register: courses, certificates, what is counted of them, and files of them."""
