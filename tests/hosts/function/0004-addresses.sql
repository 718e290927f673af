UPDATE users SET email = address(name);
