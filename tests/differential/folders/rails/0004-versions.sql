INSERT INTO "schema_migrations" (version) VALUES
('20200101000001'),
('20200101000002');
