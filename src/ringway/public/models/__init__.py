"""The models of the Calls API: names, fields and rules are the reference's."""
