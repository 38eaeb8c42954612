"""The order desk: where a merchant's people find orders, see what needs them, ship, print, note and answer."""
