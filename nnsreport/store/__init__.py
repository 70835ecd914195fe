"""The run store: one folder a run, readable and resumable whenever its process is killed."""
