"""The training register: numbers of certificates, whom they name, what is counted."""
