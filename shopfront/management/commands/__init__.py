"""Commands of the site: demo, services, media, setup."""
