/**
 * What the package has besides this folder: the recogniser, made from the bundle `math`, and the licence of code and weights.
 *
 * `npm run build` writes them, `npm pack` writes them and takes them away again. $PYTHON is a Python that has what
 * recognising needs (numpy, lxml, tqdm).
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
  execFileSync(process.env.PYTHON ?? "python3", command, { cwd: repository, stdio: ["ignore", "ignore", "inherit"] });
  copyFileSync(`${repository}LICENSE`, licence);
}
