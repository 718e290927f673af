-- +goose NO TRANSACTION
-- +goose Up
DELETE FROM audit WHERE id = 1;
VACUUM;
