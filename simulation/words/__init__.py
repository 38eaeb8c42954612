"""The words of the demo: categories, kinds of goods, shops, and the sentences posts are made of."""
