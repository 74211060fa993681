"""The only folder that opens sockets to third parties."""
