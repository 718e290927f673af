"use strict";

// A package for each platform holds the module; of these npm installs the one for this machine.
const packages = {
  "linux-x64": "sqlite-fastmigrate-linux-x64",
};

function getLoadablePath() {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (name === undefined) {
    const others = Object.keys(packages).join(", ");
    throw new Error(`sqlite-fastmigrate has no module for ${platform}, only for ${others}`);
  }
  try {
    return require.resolve(`${name}/fastmigrate.so`);
  } catch (cause) {
    throw new Error(
      `the package ${name} is not installed, which holds the module: it needs glibc, and an ` +
        `installation that does not leave out optional dependencies`,
      { cause },
    );
  }
}

function load(db) {
  db.loadExtension(getLoadablePath());
}

module.exports = { getLoadablePath, load };
