SELECT ?1, :a, @b, $a::b(c;d), .5, 5., 1e3, 0xff, 1 <> 2, a ->> '$.x', - -1 FROM t;;
WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c) SELECT * FROM c;
