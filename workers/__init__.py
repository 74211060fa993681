"""Jobs: broker, relay, schedule and a file of tasks per noun."""
