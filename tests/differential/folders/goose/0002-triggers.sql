-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER post_guard BEFORE UPDATE OF title ON post
FOR EACH ROW WHEN NEW.title IS NOT OLD.title
BEGIN
  SELECT CASE
    WHEN NEW.title IS NULL THEN RAISE(ABORT, 'title; is needed')
    WHEN length(NEW.title) > 100 THEN RAISE(FAIL, 'too long; END')
  END;
  INSERT INTO audit (post_id, what) VALUES (NEW.id, CASE WHEN OLD.title IS NULL THEN 'set' ELSE 'changed; END' END);
END;
-- +goose StatementEnd

INSERT INTO post VALUES (1, NULL, 'a'), (2, 'x', 'b');
UPDATE post SET title = 'y' || id;
