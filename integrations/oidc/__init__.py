"""OpenID Connect: a company's own identity provider says who somebody is."""
