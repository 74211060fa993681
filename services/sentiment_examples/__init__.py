"""Messages of customers by their tone and language: what the classifier of sentiment is fitted to."""
