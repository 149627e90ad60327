"""The first minutes: a site without cameras offers three ways to begin."""
