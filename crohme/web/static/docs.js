/** Shows what /openapi.json says: FastAPI's own page would load its scripts from another host. */
import { element } from "./formula.js";

const api = await (await fetch("/openapi.json")).json();
const cards = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => card(method.toUpperCase(), path, operation)));
document.getElementById("operations").replaceChildren(...cards);

function card(method, path, operation) {
  const title = element("h2", {}, element("span", { className: "method" }, method), path);
  const parts = [title, element("p", {}, operation.description ?? operation.summary)];
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  if (bodies.length) parts.push(element("h3", {}, "Body"), element("p", {}, bodies.map(([type]) => type).join(", ")));
  parts.push(element("h3", {}, "Example"), element("pre", {}, curl(method, path, bodies)));
  parts.push(element("h3", {}, "Answers"), answers(operation.responses));
  return element("section", { className: "card operation" }, ...parts);
}

function curl(method, path, bodies) {
  const lines = [`curl ${location.origin}${path}`];
  const [type, { example } = {}] = bodies[0] ?? [];
  if (method !== "GET") lines[0] = `curl -X ${method} ${location.origin}${path}`;
  if (type) lines.push(`-H 'Content-Type: ${type}'`, `-d '${JSON.stringify(example)}'`);
  return lines.join(" \\\n  ");
}

function answers(responses) {
  const rows = Object.entries(responses).flatMap(([status, response]) => {
    const schema = response.content?.["application/json"]?.schema?.$ref?.split("/").pop();
    const fields = Object.keys(api.components.schemas[schema]?.properties ?? {}).join(", ");
    const described = status === "200" ? `{ ${fields} }` : response.description;
    return [element("dt", {}, status), element("dd", {}, described)];
  });
  return element("dl", {}, ...rows);
}
