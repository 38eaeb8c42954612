"""How days are written where the language has another way than Django’s."""
