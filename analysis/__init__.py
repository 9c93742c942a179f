"""Find the people, organisations and places in news text, its quotes, and who said them."""
