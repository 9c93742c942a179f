"""Score a running service: on the development corpora, on the user's article, and under load."""
