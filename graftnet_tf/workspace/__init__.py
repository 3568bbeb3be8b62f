"""The workspace: its layout, the tasks in it, and what each artifact was made of."""
