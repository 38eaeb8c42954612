"""Reviews: what shoppers say of what they have bought, and what shops answer."""
