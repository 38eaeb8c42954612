"""The ads room for programs: decisions and events of shoppers, campaigns and wallet of merchants."""
