-- +goose NO TRANSACTION
-- +goose Up
PRAGMA journal_mode = WAL;
CREATE INDEX post_title ON post (title);
ANALYZE;
