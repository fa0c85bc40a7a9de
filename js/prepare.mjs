/**
 * What the package has besides this folder: the recogniser, made from the bundle `math`, and the licence of code and weights.
 *
 * `npm run build` writes them, `npm pack` writes them and removes them again. $PYTHON is a Python with
 * numpy, lxml and tqdm (python3).
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url)), repository = fileURLToPath(new URL("..", import.meta.url));
const [recognizer, licence] = [`${folder}recognizer`, `${folder}LICENSE`];

rmSync(recognizer, { recursive: true, force: true });
rmSync(licence, { force: true });
if (!process.argv.includes("--remove")) {
  const command = ["crohme.py", "export", "math", recognizer, "--to", "json"];
  const python = process.env.PYTHON ?? "python3";
  try {
    execFileSync(python, command, { cwd: repository, stdio: ["ignore", "ignore", "inherit"] });
  } catch (error) { // what Python itself reports is printed above
    const cause = error.code === "ENOENT" ? "not found" : "cannot write the recogniser";
    console.error(`${python}: ${cause}; set $PYTHON to a Python with numpy, lxml and tqdm`);
    process.exit(1);
  }
  copyFileSync(`${repository}LICENSE`, licence);
}
