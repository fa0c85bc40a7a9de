"""What reads the records of a batch: the processes of this machine, or those of a cluster."""
