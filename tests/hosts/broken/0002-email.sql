-- Addresses are compared in lower case.
UPDATE users SET emial = lower(name);
