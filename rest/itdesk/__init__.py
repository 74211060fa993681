"""The `itdesk` dialect: IT support desk."""
