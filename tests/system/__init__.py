"""The whole system as processes of its own, driven from outside, and what it does when its parts die."""
