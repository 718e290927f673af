import fastmigrate from "./index.cjs";

export const { getLoadablePath, load } = fastmigrate;
