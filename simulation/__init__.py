"""The demo marketplace and the shoppers that walk through it, outside the apps."""
