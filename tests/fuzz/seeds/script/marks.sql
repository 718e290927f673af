CREATE TABLE größe (a);
﻿SELECT 1;.tables
