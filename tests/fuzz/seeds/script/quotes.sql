SELECT ';', "a;b", [a;b], `a;b` FROM "x;y"; SELECT 'it''s;' -- a;b
; SELECT x'3b' /* ; ' */;
