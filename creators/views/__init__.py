"""Pages that the portal of creators and the desks of brands share."""
