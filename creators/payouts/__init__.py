"""Files to banks and answers from them; nothing here knows the rules of the shop."""
