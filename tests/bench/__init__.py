"""Speed, as ratios against a limit or a peer measured in the same run; absolute figures move with the machine."""
