CREATE TABLE `studios` (`id` integer not null primary key autoincrement, `name` varchar(255), `parent_id` integer DEFAULT NULL CHECK (`id` IS NOT `parent_id`) REFERENCES `studios`(`id`) on delete set null);
CREATE TABLE `scenes` (`id` integer not null primary key autoincrement, `path` varchar(510) not null, `studio_id` integer, foreign key(`studio_id`) references `studios`(`id`) on delete SET NULL);
CREATE TABLE `scenes_tags` (`scene_id` integer, `tag` varchar(20), foreign key(`scene_id`) references `scenes`(`id`) on delete CASCADE);
CREATE UNIQUE INDEX `scenes_path_unique` on `scenes` (`path`);
CREATE INDEX `index_scenes_on_studio_id` on `scenes` (`studio_id`);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO scenes (path) SELECT '/media/' || i || ';.mp4' FROM n;
INSERT INTO studios (name, parent_id) VALUES ('A', NULL), ('B', 1), ('C', 2);
UPDATE scenes SET studio_id = 1 + id % 3;
INSERT INTO scenes_tags SELECT id, 'tag' || (id % 7) FROM scenes;
