"""The inbox: its list, search, saved views, and changes of many rows."""
