"""Score what a service answers: on development corpora, on the user's article, under load."""
