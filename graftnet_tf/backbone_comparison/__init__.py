"""Which backbone a workspace's tasks want: AUC of linear probes beside what each costs."""
