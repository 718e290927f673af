SELECT 'a
;
SELECT /* open