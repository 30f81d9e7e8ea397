//! What goes out: live events today, mail and webhooks later.
