-- supersession has two indexes on the same three columns: idx_supersession is the other one.
DROP INDEX supersession_idx;
