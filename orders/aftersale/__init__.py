"""After the sale: what shoppers ask for when something is wrong, how shops answer, what the platform decides."""
