"""The console, the widget and the pages, in Debian's Chromium, against the processes that `make run` starts."""
