// Compiles, and each line marked so does not without its mark.
import { getLoadablePath, load, type Connection } from "sqlite-fastmigrate";
import fastmigrate = require("sqlite-fastmigrate");

const path: string = getLoadablePath();
const connection: Connection = { loadExtension: (file: string) => file === path };
load(connection);
fastmigrate.load(connection);

// @ts-expect-error A connection has to be given.
load();
// @ts-expect-error It has to have loadExtension.
load({});
// @ts-expect-error A path is a string.
const wrong: number = getLoadablePath();
