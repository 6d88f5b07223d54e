"""What customers see as JSON: the Calls API's wire types, and how they are made."""
