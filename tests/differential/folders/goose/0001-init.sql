-- +goose Up
-- +goose StatementBegin
CREATE TABLE post (
    id int NOT NULL,
    title text,
    body text,
    PRIMARY KEY(id)
);
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TABLE audit (id INTEGER PRIMARY KEY, post_id, what TEXT);
-- +goose StatementEnd
