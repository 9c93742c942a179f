"""Build the model that ships: prepare the corpora, train, export."""
