"""Contacts and clients: finding and updating them, who has opted out, and forgetting a person."""
