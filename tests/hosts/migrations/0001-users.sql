CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE posts (author INTEGER REFERENCES users ON DELETE CASCADE, title TEXT);
INSERT INTO users (name) VALUES ('Ada'), ('Grace');
INSERT INTO posts VALUES (1, 'Notes'), (2, 'Compilers');
