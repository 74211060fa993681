"""Pages and their static files, as a browser receives them."""
