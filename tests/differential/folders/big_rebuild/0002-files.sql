CREATE TABLE `folders` (`id` integer not null primary key autoincrement, `path` varchar(255) NOT NULL);
CREATE TABLE `files` (`id` integer not null primary key autoincrement, `basename` varchar(255) NOT NULL, `folder_id` integer not null, CHECK (`basename` != ''), foreign key(`folder_id`) references `folders`(`id`));

-- remove foreign keys while the tables are replaced
PRAGMA foreign_keys=OFF;

CREATE TABLE `scenes_new` (
  `id` integer not null primary key autoincrement,
  `studio_id` integer,
  `file_id` integer,
  foreign key(`studio_id`) references `studios`(`id`) on delete SET NULL,
  foreign key(`file_id`) references `files`(`id`)
);
INSERT INTO `folders` (`path`) VALUES ('/media');
INSERT INTO `files` (`basename`, `folder_id`) SELECT substr(`path`, 8), 1 FROM `scenes` ORDER BY `id`;
INSERT INTO `scenes_new` (`id`, `studio_id`, `file_id`)
  SELECT s.`id`, s.`studio_id`, f.`id` FROM `scenes` s JOIN `files` f ON f.`basename` = substr(s.`path`, 8);

DROP INDEX `scenes_path_unique`;
DROP TABLE `scenes`;
ALTER TABLE `scenes_new` rename to `scenes`;
CREATE INDEX `index_scenes_on_studio_id` on `scenes` (`studio_id`);

PRAGMA foreign_keys=ON;
