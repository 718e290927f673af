-- You should not modify if this have pushed to Github, unless it does serious wrong with the db.
CREATE TABLE [monitor](
    [id] INTEGER PRIMARY KEY AUTOINCREMENT,
    [name] VARCHAR(150),
    [active] BOOLEAN DEFAULT 1 NOT NULL,
    [user_id] INTEGER REFERENCES [user] ([id]) ON UPDATE CASCADE ON DELETE SET NULL,
    [interval] INTEGER DEFAULT 20 NOT NULL,
    [url] TEXT,
    [weight] INTEGER DEFAULT 2000
);
CREATE TABLE `user` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT, `username` VARCHAR(255) NOT NULL UNIQUE, `active` BOOLEAN NOT NULL DEFAULT 1
);
CREATE TABLE heartbeat (
    [id] INTEGER PRIMARY KEY AUTOINCREMENT,
    important BOOLEAN DEFAULT 0 NOT NULL,
    monitor_id INTEGER NOT NULL REFERENCES monitor(id) ON DELETE CASCADE ON UPDATE CASCADE,
    status SMALLINT NOT NULL,
    msg TEXT, time DATETIME NOT NULL, ping INTEGER, duration INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX [important] ON heartbeat (important);
CREATE INDEX [monitor_time] ON heartbeat (monitor_id, time);
INSERT INTO `user` (username) VALUES ('admin'), ('ops');
INSERT INTO monitor (name, user_id, url) VALUES ('a;b', 1, 'https://example.org/?x=1;y=2'), ('c', 2, NULL), ('d', 1, '');
DELETE FROM monitor WHERE name = 'd';
INSERT INTO heartbeat (monitor_id, status, time) VALUES (1, 1, '2021-07-01'), (1, 0, '2021-07-02'), (2, 1, '2021-07-03');
