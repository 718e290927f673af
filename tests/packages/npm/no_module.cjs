// Run with Node's names of a platform and a processor: why there is no module for it.
const [platform, arch] = process.argv.slice(2);
Object.defineProperty(process, "platform", { value: platform });
Object.defineProperty(process, "arch", { value: arch });

try {
  require("sqlite-fastmigrate").getLoadablePath();
} catch (error) {
  console.log(error.message);
}
